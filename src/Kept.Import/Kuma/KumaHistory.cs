using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Kept.Import.Kuma;

/// <summary>
/// The looks that Uptime Kuma recorded, line by line as it stored them, and its counts per day. One row is in memory at a time. Version 2 keeps of most looks only
/// the last day, and counts for a year.
/// </summary>
internal static class KumaHistory
{
    private const string Assessor = "uptime-kuma";
    private const int LongestMessage = 300, BufferBytes = 64 << 10;

    /// <summary>No look takes less room in a file: a file that claims more looks than that is damaged.</summary>
    private const int LeastBytesOfLook = 8;

    private static readonly JsonWriterOptions OneLine = new() { Indented = false, SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static PastOfOthers Write(ImportRequest request, ImportReading reading, Stream into)
    {
        var file = request.Files[0];
        var tally = new Tally();
        using var writer = new LineWriter(into);
        writer.Line(json =>
        {
            json.WriteNumber("history", 1);
            json.WriteString("assessor", Assessor);
            json.WriteString("source", file.Path);
            json.WriteString("note", "what Uptime Kuma recorded, in its words; it is not evidence of Kept");
        });
        Finding? broken = null;
        if (!file.IsDatabase) broken = Wrong(file, "a backup holds no history", "name kuma.db: kept import kuma kuma.db --history");
        else
            try
            {
                using var database = KumaDatabase.Open(file);
                var promises = new Dictionary<string, string>(StringComparer.Ordinal);
                foreach (var check in reading.Checks)
                    if (check.Wish is { } wish) promises.TryAdd(check.At.File.Path, wish);
                var of = new Dictionary<long, string?>();
                var most = new FileInfo(file.FullPath).Length / LeastBytesOfLook;
                Looks(database, most, writer, tally, Promise);
                Days(database, most, writer, tally, Promise);

                string? Promise(long monitor)
                {
                    if (!of.TryGetValue(monitor, out var name)) of.Add(monitor, name = promises.GetValueOrDefault(KumaHouse.PlaceOf(file.Path, "monitor", monitor).File.Path));
                    return name;
                }
            }
            catch (SqliteException error)
            {
                broken = Wrong(file, $"the history ends here: {KumaDatabase.Why(error)}", "take a copy with sqlite3 kuma.db \"VACUUM INTO 'copy.db'\"");
            }
            catch (InvalidDataException error)
            {
                broken = Wrong(file, error.Message, "take a copy with sqlite3 kuma.db \"VACUUM INTO 'copy.db'\"");
            }
        return new PastOfOthers(Assessor, tally.Good, tally.Bad, tally.Gaps, tally.Days, tally.LeftOut, [.. tally.PerDay.OrderByDescending(day => day.Key).Take(PastOfOthers.MostDays).OrderBy(day => day.Key).Select(day => new DayOfOthers(day.Key, day.Value[0], day.Value[1], day.Value[2]))], broken);
    }

    private static Finding Wrong(ForeignFile file, string message, string instead) => new(ImportCodes.PastOfOthers, FindingKind.Unread, KumaDatabase.At(file), "", message, null, instead);

    private static void Looks(KumaDatabase database, long most, LineWriter writer, Tally tally, Func<long, string?> promise)
    {
        if (!database.Tables().Contains("heartbeat") || Have(database, "heartbeat", "monitor_id", "time", "status", "ping", "msg") is not { } columns) return;
        using var rows = database.Rows("heartbeat", columns, most);
        for (long read = 0; rows.Read(); read++)
        {
            if (read >= most) throw new InvalidDataException("there are more looks than the file has room for, so the table `heartbeat` is damaged");
            if (rows.GetValue(0) is not long monitor || promise(monitor) is not { } name || Moment(rows.GetValue(1)) is not { } time)
            {
                tally.LeftOut++;
                continue;
            }
            // 0 down, 1 up, 2 down and tried again, 3 maintenance; anything else says nothing
            var status = rows.GetValue(2) is long code ? code : -1;
            var (slot, word) = status switch { 1 => (0, "good"), 0 or 2 => (1, "bad"), _ => (2, "gap") };
            tally.Look(DateOnly.FromDateTime(time), slot);
            var micro = rows.GetValue(3) switch { long ms and >= 0 and < 1L << 40 => ms * 1_000, double ms when ms >= 0 && ms < 1L << 40 => (long)Math.Ceiling((decimal)ms * 1_000), _ => -1L };
            var message = rows.GetValue(4) as string;
            writer.Line(json =>
            {
                json.WriteString("promise", name);
                json.WriteString("time", time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
                json.WriteString("look", word);
                if (status == 2) json.WriteBoolean("confirmed", false);
                if (slot == 2) json.WriteString("cause", status == 3 ? "maintenance" : "unknown state");
                if (micro >= 0) json.WriteNumber("latency-us", micro);
                if (!string.IsNullOrEmpty(message)) json.WriteString("message", Shown(message));
            });
        }
    }

    /// <summary>Kuma's own counts per day: in them a look that was tried again is down.</summary>
    private static void Days(KumaDatabase database, long most, LineWriter writer, Tally tally, Func<long, string?> promise)
    {
        if (!database.Tables().Contains("stat_daily") || Have(database, "stat_daily", "monitor_id", "timestamp", "up", "down", "ping") is not { } columns) return;
        using var rows = database.Rows("stat_daily", columns, most);
        for (long read = 0; rows.Read(); read++)
        {
            if (read >= most) throw new InvalidDataException("there are more days than the file has room for, so the table `stat_daily` is damaged");
            if (rows.GetValue(0) is not long monitor || promise(monitor) is not { } name || rows.GetValue(1) is not (long and >= 0 and < 100_000_000_000 and var seconds) || rows.GetValue(2) is not long up || rows.GetValue(3) is not long down)
            {
                tally.LeftOut++;
                continue;
            }
            tally.Days++;
            var mean = rows.GetValue(4) switch { double ms when ms >= 0 && ms < 1L << 40 => (long)Math.Ceiling((decimal)ms * 1_000), long ms and >= 0 and < 1L << 40 => ms * 1_000, _ => -1L };
            writer.Line(json =>
            {
                json.WriteString("promise", name);
                json.WriteString("day", DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                json.WriteNumber("good", up);
                json.WriteNumber("bad", down);
                if (mean >= 0) json.WriteNumber("mean-latency-us", mean);
            });
        }
    }

    private static string[]? Have(KumaDatabase database, string table, params string[] columns)
    {
        var there = database.Columns(table);
        return columns.All(there.Contains) ? columns : throw new InvalidDataException($"the table `{table}` lacks the column `{columns.First(column => !there.Contains(column))}`");
    }

    /// <summary>Kuma stores UTC as text, and some of its databases milliseconds since 1970.</summary>
    private static DateTime? Moment(object value) => value switch
    {
        string text => Written(text),
        long milliseconds and >= 0 and < 253_402_300_800_000 => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime,
        _ => null,
    };

    /// <summary><c>2026-01-01 00:00:00.250</c>, with or without the fraction.</summary>
    private static DateTime? Written(string text)
    {
        if (text.Length is not (19 or 23) || text[4] != '-' || text[7] != '-' || text[10] != ' ' || text[13] != ':' || text[16] != ':' || text.Length == 23 && text[19] != '.') return null;
        var (year, month, day) = (Digits(text, 0, 4), Digits(text, 5, 2), Digits(text, 8, 2));
        var (hour, minute, second, fraction) = (Digits(text, 11, 2), Digits(text, 14, 2), Digits(text, 17, 2), text.Length == 23 ? Digits(text, 20, 3) : 0);
        return year > 0 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month) && hour is >= 0 and < 24 && minute is >= 0 and < 60 && second is >= 0 and < 60 && fraction >= 0
            ? new DateTime(year, month, day, hour, minute, second, fraction, DateTimeKind.Utc) : null;
    }

    /// <summary>-1 where they are none.</summary>
    private static int Digits(string text, int from, int count)
    {
        var number = 0;
        for (var i = from; i < from + count; i++)
        {
            if (!char.IsAsciiDigit(text[i])) return -1;
            number = number * 10 + (text[i] - '0');
        }
        return number;
    }

    /// <summary>Of an address in it the login is hidden. Most messages hold no colon, and so nothing that could be one.</summary>
    private static string Shown(string message)
    {
        if (message.Contains(':', StringComparison.Ordinal)) message = Credentials.Masked(message.Length <= 4_000 ? message : message[..4_000]);
        return message.Length <= LongestMessage ? message : message[..LongestMessage] + "…";
    }

    private sealed class Tally
    {
        public long Good, Bad, Gaps, Days, LeftOut;

        public Dictionary<DateOnly, long[]> PerDay { get; } = [];

        public void Look(DateOnly day, int slot)
        {
            if (slot == 0) Good++;
            else if (slot == 1) Bad++;
            else Gaps++;
            if (PerDay.TryGetValue(day, out var counts)) counts[slot]++;
            // more days than any history has are a hostile file: they are counted as looks alone
            else if (PerDay.Count < 10 * PastOfOthers.MostDays)
            {
                PerDay.Add(day, counts = new long[3]);
                counts[slot]++;
            }
        }
    }

    /// <summary>Lines of JSON through one buffer.</summary>
    private sealed class LineWriter(Stream into) : IDisposable
    {
        private readonly ArrayBufferWriter<byte> _buffer = new(BufferBytes * 2);
        private readonly Utf8JsonWriter _json = new(Stream.Null, OneLine);

        public void Line(Action<Utf8JsonWriter> write)
        {
            _json.Reset(_buffer);
            _json.WriteStartObject();
            write(_json);
            _json.WriteEndObject();
            _json.Flush();
            _buffer.Write("\n"u8);
            if (_buffer.WrittenCount >= BufferBytes) Flush();
        }

        public void Dispose()
        {
            Flush();
            _json.Dispose();
        }

        private void Flush()
        {
            into.Write(_buffer.WrittenSpan);
            _buffer.ResetWrittenCount();
        }
    }
}
