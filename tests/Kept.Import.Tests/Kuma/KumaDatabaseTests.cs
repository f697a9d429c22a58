using System.Text;
using System.Text.Json;
using Kept.TestKit;
using Xunit;

namespace Kept.Import.Tests.Kuma;

/// <summary>The database of Uptime Kuma, and the past that it holds.</summary>
public sealed class KumaDatabaseTests
{
    private const string House = """
        INSERT INTO monitor (id, name, type, url, hostname, port, parent, maxretries, retry_interval, interval, timeout, json_path, json_path_operator, expected_value, conditions, dns_resolve_type, dns_resolve_server, push_token, basic_auth_user, basic_auth_pass, auth_method, expiry_notification) VALUES
            (1, 'Web', 'group', NULL, NULL, NULL, NULL, 0, 0, 60, 48, NULL, NULL, NULL, '[]', NULL, NULL, NULL, NULL, NULL, NULL, 0),
            (2, 'Inner', 'group', NULL, NULL, NULL, 1, 0, 0, 60, 48, NULL, NULL, NULL, '[]', NULL, NULL, NULL, NULL, NULL, NULL, 0),
            (3, 'Health', 'json-query', 'https://shop.example/health', NULL, NULL, 2, 2, 60, 60, 48, '$.state', '==', 'ready', '[]', NULL, NULL, NULL, 'me', 'hidden', 'basic', 1),
            (4, 'Records', 'dns', NULL, 'shop.example', 53, NULL, 0, 0, 60, 48, NULL, NULL, NULL,
                '[{"type":"expression","variable":"record","operator":"equals","value":"192.0.2.1","andOr":"and"},{"type":"group","andOr":"or","children":[{"type":"expression","variable":"record","operator":"starts_with","value":"198.51.","andOr":"and"}]}]', 'A', '1.1.1.1, 9.9.9.9', NULL, NULL, NULL, NULL, 0),
            (5, 'Backup', 'push', NULL, NULL, NULL, NULL, 0, 0, 3600, 0, NULL, NULL, NULL, '[]', NULL, NULL, 'hidden', NULL, NULL, NULL, 0),
            (6, 'By hand', 'manual', NULL, NULL, NULL, NULL, 0, 0, 60, 0, NULL, NULL, NULL, '[]', NULL, NULL, NULL, NULL, NULL, NULL, 0),
            (10, 'Mail', 'smtp', NULL, 'mail.example', 25, NULL, 0, 0, 60, 48, NULL, NULL, NULL, '[]', NULL, NULL, NULL, NULL, NULL, NULL, 0);
        INSERT INTO tag VALUES (1, 'team', '#fff');
        INSERT INTO monitor_tag (monitor_id, tag_id, value) VALUES (3, 1, 'web');
        INSERT INTO notification (id, name, config) VALUES (1, 'Slack', '{"webhook":"https://hooks.example/hidden"}');
        INSERT INTO monitor_notification (monitor_id, notification_id) VALUES (3, 1);
        INSERT INTO maintenance (id, title, description, strategy, start_time, end_time, weekdays, timezone) VALUES (1, 'Night', '', 'recurring-weekday', '02:00:00', '03:30:00', '[1,3,0]', 'Europe/Riga'), (2, 'Once', '', 'single', NULL, NULL, '[]', NULL);
        INSERT INTO monitor_maintenance (monitor_id, maintenance_id) VALUES (3, 1), (4, 2);
        INSERT INTO setting (key, value) VALUES ('serverTimezone', '"Europe/Brussels"');
        INSERT INTO heartbeat (monitor_id, status, msg, time, ping) VALUES
            (3, 1, '200 - OK', '2026-01-01 00:00:00.250', 120), (3, 2, 'timeout', '2026-01-01 00:01:00.250', NULL), (3, 0, 'connect to https://me:hidden@shop.example failed', '2026-01-01 00:02:00.250', NULL),
            (3, 3, 'Monitor under maintenance', '2026-01-02 02:00:00', NULL), (6, 1, 'by hand', '2026-01-02 02:00:00', NULL), (3, 1, 'when?', 'yesterday', 5);
        INSERT INTO stat_daily (monitor_id, timestamp, ping, up, down) VALUES (3, 1767225600, 118.5, 1436, 4);
        """;

    [Fact]
    public void A_database_is_carried_with_its_losses()
    {
        using var kuma = new KumaFile(House);
        var shown = Importing.Shown(Importing.Of("kuma", Importing.Request([kuma.File])));
        Snapshot.Matches(shown);
        Assert.DoesNotContain("hidden", shown, StringComparison.Ordinal);
        // nothing was written beside it
        Assert.Equal(["kuma.db"], Directory.GetFiles(kuma.Folder).Select(Path.GetFileName));
    }

    /// <summary>As Kuma stores them: moments of the clock on the wall in the zone of the maintenance, and times of the day for those that come back.</summary>
    [Fact]
    public void Maintenance_of_one_time_and_between_dates_is_carried_and_what_is_over_is_left()
    {
        string[] maintenance =
        [
            "'One night', 'single', '2026-12-03 22:00:00', '2026-12-04 02:00:00', NULL, NULL, '[]', NULL, 'Europe/Berlin'",
            "'From the picker', 'single', '2026-12-05T22:00', '2026-12-06T02:00', NULL, NULL, '[]', NULL, 'SAME_AS_SERVER'",
            "'Every night of a week', 'recurring-interval', '2026-12-07 00:00:00', '2026-12-14 00:00:00', '23:00:00', '01:00:00', '[]', 1, 'Europe/Berlin'",
            "'Fridays of a season', 'recurring-weekday', '2026-12-01 00:00:00', '2028-03-01 23:59:00', '04:00:00', '05:00:00', '[5]', NULL, 'Europe/Berlin'",
            "'Until a day', 'recurring-interval', NULL, '2026-12-24 12:00:00', '04:00:00', '05:00:00', '[]', 1, 'Europe/Berlin'",
            "'From a day', 'recurring-interval', '2027-01-01 00:00:00', NULL, '04:00:00', '05:00:00', '[]', 1, 'Europe/Berlin'",
            "'Over', 'single', '2026-01-03 22:00:00', '2026-01-04 02:00:00', NULL, NULL, '[]', NULL, 'Europe/Berlin'",
            "'Over each night', 'recurring-interval', '2025-01-03 00:00:00', '2026-01-04 00:00:00', '04:00:00', '05:00:00', '[]', 1, 'Europe/Berlin'",
            "'No end', 'single', '2026-12-03 22:00:00', NULL, NULL, NULL, '[]', NULL, 'Europe/Berlin'",
            "'Backwards', 'single', '2026-12-03 22:00:00', '2026-12-03 20:00:00', NULL, NULL, '[]', NULL, 'Europe/Berlin'",
            "'Left out', 'single', '2027-03-28 02:15:00', '2027-03-28 03:00:00', NULL, NULL, '[]', NULL, 'Europe/Berlin'",
            "'Every other day', 'recurring-interval', '2026-12-01 00:00:00', '2026-12-31 00:00:00', '04:00:00', '05:00:00', '[]', 2, 'Europe/Berlin'",
            "'By hand', 'manual', NULL, NULL, NULL, NULL, '[]', NULL, NULL",
        ];
        using var kuma = new KumaFile("INSERT INTO setting (key, value) VALUES ('serverTimezone', '\"Europe/Brussels\"');" + string.Concat(maintenance.Select((row, i) => $"""
            INSERT INTO monitor (id, name, type, url, interval, timeout) VALUES ({i + 1}, 'm{i + 1}', 'http', 'https://h{i + 1}.example/', 60, 48);
            INSERT INTO maintenance (id, title, description, strategy, start_date, end_date, start_time, end_time, weekdays, interval_day, timezone) SELECT {i + 1}, column1, '', column2, column3, column4, column5, column6, column7, column8, column9 FROM (VALUES ({row}));
            INSERT INTO monitor_maintenance (monitor_id, maintenance_id) VALUES ({i + 1}, {i + 1});
            """)));
        Snapshot.Matches(Importing.Shown(Importing.Of("kuma", Importing.Request([kuma.File]) with { Now = DateTimeOffset.Parse("2026-11-28T10:00:00Z", System.Globalization.CultureInfo.InvariantCulture) })));
    }

    /// <summary>One row of a strange database must not make the whole import one that is refused.</summary>
    [Fact]
    public void More_maintenance_than_a_house_takes_is_told_and_the_rest_is_carried()
    {
        using var kuma = new KumaFile(string.Concat(Enumerable.Range(1, 130).Select(i => $"""
            INSERT INTO monitor (id, name, type, url, interval, timeout) VALUES ({i}, 'm{i}', 'http', 'https://h{i}.example/', 60, 48);
            INSERT INTO maintenance (id, title, description, strategy, start_date, end_date, start_time, end_time, weekdays, interval_day, timezone) VALUES ({i}, 'w{i}', '', 'recurring-interval', '2027-01-01 00:00:00', '{(i <= 20 ? "2036-01-01" : "2027-01-03")} 00:00:00', '23:00:00', '01:00:00', '[]', 1, '{(i == 30 ? "Mars/Olympus" : "Europe/Berlin")}');
            INSERT INTO monitor_maintenance (monitor_id, maintenance_id) VALUES ({i}, {i});
            """)));
        var imported = Importing.Of("kuma", Importing.Request([kuma.File]) with { Now = DateTimeOffset.Parse("2026-11-28T10:00:00Z", System.Globalization.CultureInfo.InvariantCulture) });
        var shown = Importing.Shown(imported);
        Assert.Contains("would be on more than 20,000 days", shown, StringComparison.Ordinal);
        Assert.Contains("100 maintenances are carried already", shown, StringComparison.Ordinal);
        Assert.Contains("Mars/Olympus", shown, StringComparison.Ordinal);
        var documents = imported.Documents.Select(file => System.Text.Encoding.UTF8.GetString(file.Bytes.Span)).ToList();
        Assert.Contains("https://h130.example/", string.Concat(documents), StringComparison.Ordinal);
        Assert.Contains("not during", string.Concat(documents), StringComparison.Ordinal);
        Assert.DoesNotContain("Mars", string.Concat(documents.Where(text => !text.Contains('#'))), StringComparison.Ordinal);
    }

    [Fact]
    public void The_past_is_told_line_by_line_as_the_assessment_of_another()
    {
        using var kuma = new KumaFile(House);
        var (past, lines) = History(kuma.File);
        Assert.Null(past.Broken);
        Assert.Equal((1L, 2L, 1L, 1L, 2L), (past.Good, past.Bad, past.Gaps, past.Days, past.LeftOut));
        Assert.Equal([new DayOfOthers(new(2026, 1, 1), 1, 2, 0), new DayOfOthers(new(2026, 1, 2), 0, 0, 1)], past.PerDay);
        Assert.Equal("""
            {"history":1,"assessor":"uptime-kuma","source":"kuma.db","note":"what Uptime Kuma recorded, in its words; it is not evidence of Kept"}
            {"promise":"web-inner/health","time":"2026-01-01T00:00:00.250Z","look":"good","latency-us":120000,"message":"200 - OK"}
            {"promise":"web-inner/health","time":"2026-01-01T00:01:00.250Z","look":"bad","confirmed":false,"message":"timeout"}
            {"promise":"web-inner/health","time":"2026-01-01T00:02:00.250Z","look":"bad","message":"connect to https://•••••••••@shop.example failed"}
            {"promise":"web-inner/health","time":"2026-01-02T02:00:00.000Z","look":"gap","cause":"maintenance","message":"Monitor under maintenance"}
            {"promise":"web-inner/health","day":"2026-01-01","good":1436,"bad":4,"mean-latency-us":118500}
            """.ReplaceLineEndings("\n"), string.Join('\n', lines));
    }

    /// <summary>A brute count of what was put in.</summary>
    [Fact]
    public void Every_look_of_many_is_written_once()
    {
        using var kuma = new KumaFile(KumaFile.Many(30, 20_000));
        var (past, lines) = History(kuma.File);
        Assert.Equal(20_000, past.Looks);
        Assert.Equal((400L, 0L), (past.Bad, past.LeftOut));
        Assert.Equal(20_000, past.PerDay.Sum(day => day.Good + day.Bad + day.Gaps));
        Assert.Equal(20_001, lines.Count);
        Assert.Equal(30, lines.Skip(1).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("promise").GetString()).Distinct().Count());
    }

    [Fact]
    public void A_backup_has_no_past()
    {
        var (past, lines) = History(new ForeignFile("backup.json", "backup.json", "{\"monitorList\":[]}"u8.ToArray()));
        Assert.Contains("holds no history", past.Broken?.Message, StringComparison.Ordinal);
        Assert.Single(lines);
    }

    private static (PastOfOthers Past, IReadOnlyList<string> Lines) History(ForeignFile file)
    {
        var tool = ImportCatalog.Tools.Single(tool => tool.Name == "kuma");
        var request = Importing.Request([file]);
        using var into = new MemoryStream();
        var past = tool.History!(request, ImportCatalog.Read(tool, request), into);
        return (past, Encoding.UTF8.GetString(into.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
