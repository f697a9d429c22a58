using System.Collections.Frozen;
using System.Diagnostics;
using Kept.Checks;
using Kept.Import;
using Microsoft.Data.Sqlite;

namespace Kept.Bench;

/// <summary>How long it takes to bring along a database of Uptime Kuma, and its past: a file of many monitors, each with looks of a day and counts of a year.</summary>
internal static class Imports
{
    public static void Measure(int monitors, int looks)
    {
        var folder = Directory.CreateTempSubdirectory("kept-bench-");
        try
        {
            var path = Path.Combine(folder.FullName, "kuma.db");
            Make(path, monitors, looks);
            var tool = ImportCatalog.Tools.Single(one => one.Name == "kuma");
            var request = new ImportRequest([new ForeignFile("kuma.db", path, ReadOnlyMemory<byte>.Empty, IsDatabase: true)], FrozenDictionary<string, ForeignFile>.Empty, CheckCatalog.Kinds, "bench", new DateOnly(2099, 1, 1));
            for (var round = 0; round < 2; round++)
            {
                var clock = Stopwatch.StartNew();
                var reading = ImportCatalog.Read(tool, request);
                var read = clock.Elapsed;
                clock.Restart();
                PastOfOthers past;
                using (var into = new FileStream(Path.Combine(folder.FullName, $"history-{round}.jsonl"), FileMode.CreateNew, FileAccess.Write)) past = tool.History!(request, reading, into);
                var written = clock.Elapsed;
                Console.WriteLine($"{(round == 0 ? "cold" : "again")}: {reading.Carried} of {monitors} monitors carried in {read.TotalSeconds:0.00} s; {past.Looks} looks and {past.Days} counts per day written in {written.TotalSeconds:0.00} s; "
                    + $"in all {(read + written).TotalSeconds:0.00} s; the file has {new FileInfo(path).Length >> 20} MiB, the process {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB at most");
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Make(string path, int monitors, int looks)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            PRAGMA journal_mode = OFF;
            CREATE TABLE monitor (id integer primary key, name text, type text, url text, hostname text, port integer, interval integer, timeout double, maxretries integer, retry_interval integer, accepted_statuscodes_json text, keyword text, headers text, basic_auth_user text, basic_auth_pass text, auth_method text, expiry_notification boolean, active boolean default 1, parent integer, conditions text);
            CREATE TABLE heartbeat (id integer primary key, important boolean not null default 0, monitor_id integer not null, status smallint not null, msg text, time datetime not null, ping integer, duration integer not null default 0, down_count integer not null default 0, end_time datetime, retries integer not null default 0);
            CREATE INDEX monitor_time_index ON heartbeat (monitor_id, time);
            CREATE TABLE stat_daily (id integer primary key, monitor_id integer not null, timestamp integer not null, ping float not null, up smallint not null, down smallint not null);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {monitors})
                INSERT INTO monitor SELECT i, 'service ' || i, CASE i % 4 WHEN 0 THEN 'keyword' WHEN 1 THEN 'http' WHEN 2 THEN 'port' ELSE 'ping' END, 'https://h' || i || '.example/health', 'h' || i || '.example', 443, 60, 48, 2, 20, '["200-299"]', 'ok', '{"{\"X-Team\":\"web\"}"}', 'me', 'secret', CASE i % 8 WHEN 0 THEN 'basic' END, 1, 1, NULL, '[]' FROM n;
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {looks - 1})
                INSERT INTO heartbeat (monitor_id, status, msg, time, ping) SELECT i % {monitors} + 1, CASE WHEN i % 97 = 0 THEN 0 ELSE 1 END, '200 - OK', strftime('%Y-%m-%d %H:%M:%f', 1767225600 + i / {monitors} * 60, 'unixepoch'), i % 900 FROM n;
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {monitors * 365 - 1})
                INSERT INTO stat_daily (monitor_id, timestamp, ping, up, down) SELECT i % {monitors} + 1, 1767225600 + i / {monitors} * 86400, 118.5, 1439, 1 FROM n;
            """;
        command.ExecuteNonQuery();
    }
}
