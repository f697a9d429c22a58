using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Kept.Model;

namespace Kept.Judging;

/// <summary>
/// A fold as bytes, so that a start need not read every look again. A snapshot can always be thrown away: it is taken up only where it is whole and its
/// marks mean the same for the promise as it stands now. Past rhythms are no part of it: the ledger tells them.
/// </summary>
public sealed partial class PromiseFold
{
    private const byte Version = 2;
    private const int HashLength = 8;

    /// <summary>All it knows. Two folds of the same records may differ in bytes, never in verdicts.</summary>
    public byte[] Snapshot()
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Version);
            writer.Write(SignatureHash());
            writer.Write(_since);
            foreach (ref readonly var last in _last.AsSpan())
            {
                writer.Write(last.BadSlot);
                writer.Write(last.GapSlot);
                writer.Write((byte)last.Failure);
                writer.Write((byte)last.Gap);
                writer.Write(last.Code);
            }
            foreach (var track in _tracks) track.Write(writer);
            foreach (var part in _parts ?? [])
            {
                var whole = part.Snapshot();
                writer.Write(whole.Length);
                writer.Write(whole);
            }
        }
        stream.Write(SHA256.HashData(stream.GetBuffer().AsSpan(0, (int)stream.Length)).AsSpan(0, HashLength));
        return stream.ToArray();
    }

    /// <summary>
    /// Takes a snapshot up (<paramref name="plan"/>, <paramref name="termsSince"/> and <paramref name="former"/> as for a new fold); null where it is damaged, of another version, or of a promise with other checks or objectives. Then the looks are read again.
    /// </summary>
    public static PromiseFold? Restore(
        Promise promise, Assessor assessor, ReadOnlySpan<byte> snapshot, string regime = Regime.Any, IEnumerable<PastRhythm>? past = null, FoldPlan? plan = null, Instant? termsSince = null, ImmutableArray<FormerPlan> former = default)
    {
        if (snapshot.Length < 1 + HashLength + sizeof(long) + HashLength || snapshot[0] != Version) return null;
        var content = snapshot[..^HashLength];
        if (!SHA256.HashData(content).AsSpan(0, HashLength).SequenceEqual(snapshot[^HashLength..])) return null;
        using var reader = new BinaryReader(new MemoryStream(content.ToArray()), Encoding.UTF8);
        try
        {
            reader.ReadByte();
            var signature = reader.ReadBytes(HashLength);
            var fold = new PromiseFold(promise, assessor, new Instant(reader.ReadInt64()), regime, past, plan, termsSince, former);
            if (!signature.AsSpan().SequenceEqual(fold.SignatureHash())) return null;
            foreach (ref var last in fold._last.AsSpan())
                last = new LastWords
                {
                    BadSlot = reader.ReadInt64(),
                    GapSlot = reader.ReadInt64(),
                    Failure = (TargetFailure)reader.ReadByte(),
                    Gap = (GapCause)reader.ReadByte(),
                    Code = reader.ReadInt32(),
                };
            foreach (var track in fold._tracks)
                if (!track.Read(reader))
                    return null;
            for (var i = 0; i < (fold._parts?.Length ?? 0); i++)
            {
                var length = reader.ReadInt32();
                if (length < 0 || length > reader.BaseStream.Length - reader.BaseStream.Position) return null;
                if (Restore(promise, assessor, reader.ReadBytes(length), fold._parts![i]._regime, past, fold._plan, termsSince, former) is not { } part) return null;
                fold._parts[i] = part;
            }
            return reader.BaseStream.Position == reader.BaseStream.Length ? fold : null;
        }
        catch (Exception fault) when (fault is EndOfStreamException or OverflowException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    private byte[] SignatureHash() => SHA256.HashData(Encoding.UTF8.GetBytes(_maintenance is { } maintenance ? $"{_plan.Signature()} announced since {maintenance.TermsSince}{string.Concat(maintenance.Former.Select(former => $"\nbefore {former.Planned.Text} since {former.Since}"))}" : _parts is null ? _plan.Signature()
        : $"{_plan.Signature()}\nregimes {string.Join('\n', Promise.Regimes.Select(regime => $"{regime.Name}: {regime.Text}"))}"))[..HashLength];
}
