using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Kept.Language.Compiled;
using Kept.Model;

namespace Kept.Language;

/// <summary>
/// A whole house in a compact binary form, so that a start needs not read ten thousand documents again. A cache and nothing else: whatever does not fit
/// (another version, other files, other kinds of check, a flipped bit) reads as null, and the documents are read instead. Holds no source text.
/// </summary>
public static class CompiledHouse
{
    // "KHC" and the version of the form: raise it with every change of the model or of the tapes, and when the reader
    // refuses what it took before, or makes another check of it
    private static ReadOnlySpan<byte> Magic => "KHC\u0011"u8;
    private const int HashLength = 32;

    public static byte[] Write(House h)
    {
        var tape = new TapeWriter();
        tape.Raw(Magic);
        tape.Raw(Hash(h.ContentHash));
        // the kinds that were used are part of what was read: their names and indices stand in the expressions
        tape.Raw(FingerprintOf(UsedBy(h)));
        tape.List([.. UsedBy(h).Select(kind => kind.Name)], tape.Text);
        tape.Text(h.ContentHash);
        tape.Text(h.Id);
        tape.Text(h.Name);
        tape.Text(h.Place);
        var settings = h.Settings;
        tape.Whole(settings.LooksAtOnce);
        tape.Whole(settings.LooksPerHost);
        tape.Text(settings.Proxy);
        tape.Texts(settings.TrustedCertificates);
        tape.Text(settings.Resolver);
        tape.Whole(settings.KeepLooks.Nanoseconds);
        tape.Texts(settings.Programs);
        tape.Texts([.. settings.Registries.Select(registry => registry.Key)]);
        tape.Texts([.. settings.Registries.Select(registry => registry.Value)]);
        foreach (var anchors in (ImmutableArray<Check>[])[settings.Anchors.Connection, settings.Anchors.Resolver, settings.Anchors.Clock]) tape.List(anchors, tape.Write);
        tape.List(settings.Routes, tape.Write);
        tape.Text(settings.Pages);
        tape.Text(settings.Probe?.Modules);
        tape.Whole(settings.Probe is { } probe ? probe.MayReachInside ? -probe.AtOnce : probe.AtOnce : 0);
        tape.List(h.Agents, tape.Write);
        tape.List(h.Diagnostics, diagnostic =>
        {
            tape.Text(diagnostic.Code);
            tape.Byte((byte)diagnostic.Severity);
            tape.At(diagnostic.At);
            tape.Text(diagnostic.Message);
            tape.Text(diagnostic.Help);
            tape.MaybeOf(diagnostic.Promise, tape.Name);
            tape.Text(diagnostic.LineText);
        });
        return [.. tape.Written, .. SHA256.HashData(tape.Written)];
    }

    /// <param name="bytes">What <see cref="Write"/> gave.</param>
    /// <param name="contentHash">Of the files as they are now (<see cref="HouseReader.ContentHashOf"/>).</param>
    /// <param name="kinds">The kinds of check there are now.</param>
    /// <returns>The house, or null when it is not of these files, this program, or whole.</returns>
    public static House? Read(ReadOnlySpan<byte> bytes, string contentHash, IReadOnlyList<CheckKind> kinds)
    {
        if (bytes.Length < Magic.Length + (3 * HashLength) || !bytes.StartsWith(Magic) || !bytes.Slice(Magic.Length, HashLength).SequenceEqual(Hash(contentHash))) return null;
        if (!SHA256.HashData(bytes[..^HashLength]).AsSpan().SequenceEqual(bytes[^HashLength..])) return null;
        try
        {
            var tape = new TapeReader(bytes.ToArray(), Magic.Length + (2 * HashLength), bytes.Length - HashLength);
            var byName = kinds.ToFrozenDictionary(kind => kind.Name, StringComparer.Ordinal);
            var used = new List<CheckKind>();
            foreach (var name in tape.Texts())
                if (byName.TryGetValue(name, out var kind)) used.Add(kind);
                else return null;
            if (!FingerprintOf(used).SequenceEqual(bytes.Slice(Magic.Length + HashLength, HashLength)) || tape.Text() != contentHash) return null;
            var house = House(tape, contentHash, byName);
            return tape.IsAtEnd ? house : null;
        }
        catch (Exception fault) when (fault is InvalidDataException or ArgumentException or OverflowException)
        {
            // the checksum held, so another program wrote this; reading the documents is always right
            return null;
        }
    }

    private static House House(TapeReader tape, string contentHash, FrozenDictionary<string, CheckKind> kinds) => new()
    {
        ContentHash = contentHash,
        Id = tape.Text(),
        Name = tape.Text(),
        Place = tape.Text(),
        Settings = new HouseSettings(tape.Int(), tape.Int(), tape.MaybeText(), tape.Texts(), tape.MaybeText(), tape.Length())
        {
            Programs = tape.Texts(),
            Registries = [.. tape.Texts().Zip(tape.Texts(), KeyValuePair.Create)],
            Anchors = new Anchors(tape.List(() => tape.Check(kinds)), tape.List(() => tape.Check(kinds)), tape.List(() => tape.Check(kinds))),
            Routes = tape.List(tape.Route),
            Pages = tape.MaybeText(),
            Probe = (tape.MaybeText(), tape.Int()) is (string modules, var atOnce) ? new ProbeSettings(modules, atOnce < 0, Math.Abs(atOnce)) : null,
        },
        Agents = tape.List(() => tape.Agent(kinds)),
        Diagnostics = tape.List(() => new Diagnostic(tape.Text(), tape.One<Severity>(), tape.At(), tape.Text(), tape.MaybeText(), tape.MaybeOf(tape.Name), tape.MaybeText())),
    };

    private static List<CheckKind> UsedBy(House house) =>
        [.. house.Promises.SelectMany(promise => promise.Checks).Concat(house.Settings.Anchors.All).Select(check => check.Kind).Distinct().OrderBy(kind => kind.Name, StringComparer.Ordinal)];

    private static byte[] FingerprintOf(IEnumerable<CheckKind> kinds)
    {
        var text = new StringBuilder();
        foreach (var kind in kinds)
        {
            text.Append(kind.Name).Append(kind.IsPassive).Append('\n');
            foreach (var field in kind.Fields) text.Append(field.Name).Append('|').Append(field.Form).Append('|').Append(field.Default).Append('|').AppendJoin(',', field.Choices.IsDefault ? [] : field.Choices).Append('\n');
            foreach (var seen in kind.Sees) text.Append(seen.Name).Append('|').Append(seen.Form).Append('|').Append(seen.Dimension).Append('\n');
            text.AppendJoin(',', kind.Failures.Select(failure => failure.Name)).Append('\n');
        }
        return SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static byte[] Hash(string contentHash) => SHA256.HashData(Encoding.UTF8.GetBytes(contentHash));
}
