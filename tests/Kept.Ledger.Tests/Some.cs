using System.Text;
using Kept.Ledger.Sqlite;
using Kept.Model;
using Microsoft.Extensions.Time.Testing;

namespace Kept.Ledger.Tests;

/// <summary>Things that tests are made of.</summary>
internal static class Some
{
    public static readonly Instant Start = new(1_767_225_600_000_000); // 2026-01-01

    public static FakeTimeProvider Clock() => new(Start.ToDateTimeOffset());

    public static EntryDraft Draft(string kind = EntryKinds.Started, string body = "{}", string subject = "") =>
        new(kind, 1, Start, "public", subject, Encoding.UTF8.GetBytes(body));

    public static PromiseName Name(string text) => PromiseName.TryParse(text, "own", out var name) ? name : throw new ArgumentException(text);

    public static LookRecord Look(int series, Instant slot, int epoch, LookClass look = LookClass.Good, int code = 200) => new(
        series, slot, epoch, look, look == LookClass.Bad ? TargetFailure.TimedOut : TargetFailure.None, look == LookClass.Gap ? GapCause.Budget : GapCause.None, code,
        120, new Phases(-1, 210_000, -1, 3_400_000, 3_900_000), true, []);

    public static Evidence Evidence(int series, Instant slot, string body = "{\"reason\":\"status 503\"}") => new(series, slot, Encoding.UTF8.GetBytes(body));

    /// <summary>A routine series as one sees it over HTTP on a kept connection: log-normal times that wander, now and then a spike, a few bad looks.</summary>
    public static List<LookRecord> Routine(int series, int epoch, int count, Instant from, Duration every, Random random)
    {
        var looks = new List<LookRecord>(count);
        var level = 0.0;
        for (var i = 0; i < count; i++)
        {
            level = (level * 0.9) + (0.15 * ((random.NextDouble() * 2) - 1));
            var spike = random.Next(200) == 0 ? 8.0 : 1.0;
            var first = (long)(20_000 * Math.Exp(level) * spike) * 1000;
            var fresh = i % 60 == 0;
            var isBad = random.Next(1000) == 0;
            var phases = isBad ? new Phases(-1, -1, -1, -1, 5_000_000_000) : new Phases(
                fresh ? 400_000 + (random.Next(300) * 1000) : -1, fresh ? 900_000 + (random.Next(200) * 1000) : -1, -1, first, first + (random.Next(40, 160) * 1000));
            looks.Add(new LookRecord(series, from + (every * i), epoch, isBad ? LookClass.Bad : LookClass.Good, isBad ? TargetFailure.TimedOut : TargetFailure.None, GapCause.None,
                isBad ? -1 : 200, random.Next(80, 1500), phases, fresh, []));
        }
        return looks;
    }

    public static async Task<int> Series(ILedger ledger, string name = "own/web@1", string check = "http", string place = "here")
    {
        var id = await ledger.IdOfAsync(Name(name), null, default);
        return (await ledger.SeriesOfAsync([new SeriesKey(id, check, place)], default))[0];
    }

    /// <summary>Options under which everything hot is sealed at the next upkeep.</summary>
    public static LedgerOptions Eager(Action<string>? atPoint = null) => new() { SealBytesLeast = 1, SealBytesMost = 1, AtPoint = atPoint, BusySeconds = 1 };
}

/// <summary>A folder that goes away with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("kept-ledger-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Database => this[Sqlite.Database.FileName];

    public string[] Segments => Directory.Exists(this[SqliteLedger.HotFolder]) ? [.. Directory.GetFiles(this[SqliteLedger.HotFolder], "*.hot").Order()] : [];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
