using System.Text;
using CsCheck;
using Xunit;

namespace Kept.Import.Tests.Kuma;

/// <summary>Backups and databases of strangers: nothing throws, nothing of theirs runs, nothing is written beside them, and what is written loads.</summary>
public sealed class KumaHostileTests
{
    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"monitorList\": 5}")]
    [InlineData("{\"monitorList\": []}")]
    [InlineData("{\"monitorList\": [1, null, [], \"x\"]}")]
    [InlineData("{\"monitorList\": [{\"id\": NaN}]}")]
    [InlineData("{\"monitorList\": [{\"name\": \"\\ud800\"}]}")]
    [InlineData("SQLite format 3")]
    [InlineData("\0\u0001\u0002")]
    public void What_is_no_backup_is_told_and_nothing_is_written(string text)
    {
        var reading = Importing.Of("kuma", text);
        Assert.True(reading.IsBroken);
        Assert.Empty(reading.Documents);
    }

    [Fact]
    public void A_backup_that_breaks_off_tells_its_line_and_what_was_understood_before_it()
    {
        var whole = Importing.Case("Kuma", "backup.json");
        var reading = Importing.Of("kuma", whole[..whole.IndexOf("\"Words\"", StringComparison.Ordinal)]);
        Assert.True(reading.IsBroken);
        Assert.Equal(21, Assert.Single(reading.Findings, finding => finding.Kind == FindingKind.Unread).At.Line);
        Assert.Equal(["Shop/Front page", "Shop/API"], reading.Checks.Select(check => check.Name));
    }

    [Fact]
    public void Nesting_and_numbers_are_bounded()
    {
        Assert.True(Importing.Of("kuma", "{\"monitorList\":" + new string('[', 100_000)).IsBroken);
        var many = Importing.Of("kuma", "{\"monitorList\":[" + string.Join(',', Enumerable.Repeat("{}", 1_000_001)) + "]}");
        Assert.True(many.IsBroken);
        Assert.Empty(many.Documents);
    }

    [Fact]
    public void Monitors_that_are_all_called_the_same_are_told_apart()
    {
        var monitors = string.Join(',', Enumerable.Repeat("{\"id\":7,\"name\":\"same\",\"type\":\"push\",\"interval\":60}", 3_000));
        var reading = Importing.Of("kuma", "{\"monitorList\":[" + monitors + "]}");
        Assert.Equal(3_000, reading.Carried);
        Assert.Equal(3_000, reading.Checks.Select(check => check.Name).Distinct().Count());
    }

    /// <summary>Values of any shape under every key: each monitor is carried or told, and a path or a reference in a name stays a name.</summary>
    [Fact]
    public void Monitors_of_any_shape_never_throw()
    {
        string[] keys = ["id", "name", "type", "url", "hostname", "port", "parent", "interval", "timeout", "maxretries", "accepted_statuscodes", "headers", "body", "tags", "notificationIDList", "conditions", "active", "jsonPath", "dns_resolve_server", "databaseConnectionString", "method", "maxredirects", "packetSize"];
        string[] values = ["1", "-1", "1e300", "0.5", "99999999999999999999", "true", "null", "\"\"", "\"http\"", "\"dns\"", "\"ping\"", "\"push\"", "\"group\"", "\"../../etc/passwd\"", "\"${env:HOME}\"", "\"https://x.example/\"", "\"a\\nb\\u0000c\"", "\"[\\\"200\\\"]\"", "\"{\\\"a\\\":{}}\"", "[]", "[[[]]]", "{}", "{\"1\":true}", "[{\"type\":\"group\",\"children\":[{\"type\":\"group\"}]}]", "\"postgres://a:b@c/d\""];
        Gen.Select(Gen.Int[0, keys.Length - 1], Gen.Int[0, values.Length - 1]).Array[0, 12].Array[1, 6].Sample(monitors =>
        {
            var text = "{\"monitorList\":[" + string.Join(',', monitors.Select(fields => "{" + string.Join(',', fields.Select(field => $"\"{keys[field.Item1]}\":{values[field.Item2]}")) + "}")) + "]}";
            var reading = Importing.Of("kuma", text);
            Assert.All(reading.Documents, document => Assert.Matches("^watch(-[0-9]+)?\\.kept\\.yaml$", document.Path));
            return true;
        }, iter: 300);
    }

    [Theory]
    [InlineData("CREATE TABLE other (id integer)", "there is no table `monitor`")]
    [InlineData("CREATE TABLE secret (id integer, name text, type text); CREATE VIEW monitor AS SELECT * FROM secret", "there is no table `monitor`")]
    [InlineData("CREATE VIRTUAL TABLE monitor USING fts5(name, type)", "there is no table `monitor`")]
    public void Only_plain_tables_are_read(string schema, string expected)
    {
        using var kuma = new KumaFile(schema: schema);
        var reading = Importing.Of("kuma", Importing.Request([kuma.File]));
        Assert.Contains(expected, Assert.Single(reading.Findings).Message, StringComparison.Ordinal);
        Assert.True(reading.IsBroken);
    }

    [Fact]
    public void Views_in_place_of_the_other_tables_are_not_asked()
    {
        using var kuma = new KumaFile("INSERT INTO monitor VALUES (1, 'one', 'http', 'https://x.example/', 60)", "CREATE TABLE monitor (id integer primary key, name text CHECK (length(name) > 0), type text, url text, interval integer); "
            + "CREATE VIEW tag AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id FROM n; CREATE VIEW monitor_tag AS SELECT id AS monitor_id, id AS tag_id FROM tag; CREATE VIEW heartbeat AS SELECT id AS monitor_id FROM tag");
        var reading = Importing.Of("kuma", Importing.Request([kuma.File]));
        Assert.Equal(1, reading.Carried);
        Assert.DoesNotContain(reading.Findings, finding => finding.Code == ImportCodes.PastOfOthers);
    }

    [Fact]
    public void Nothing_that_the_file_computes_is_run()
    {
        using var kuma = new KumaFile("INSERT INTO monitor (id, name, type, url0, interval) VALUES (1, 'one', 'http', 'https://x.example/', 60)",
            "CREATE TABLE monitor (id integer primary key, name text CHECK (length(printf('%5000000s', name)) > 0), type text, url0 text, url text AS (printf('%6000000s', url0)), interval integer); CREATE VIEW tag AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id FROM n; CREATE VIEW heartbeat AS SELECT * FROM tag");
        var reading = Importing.Of("kuma", Importing.Request([kuma.File]));
        Assert.Contains("the table `monitor` has computed columns", Assert.Single(reading.Findings).Message, StringComparison.Ordinal);
        Assert.True(reading.IsBroken);
    }

    [Fact]
    public void A_value_that_is_too_long_is_told()
    {
        using var kuma = new KumaFile("INSERT INTO monitor (id, name, type, url) VALUES (1, 'one', 'http', printf('%9000000s', 'x'))");
        Assert.Contains("longer than 4 MiB", Assert.Single(Importing.Of("kuma", Importing.Request([kuma.File])).Findings).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_with_a_log_beside_it_says_what_is_missing()
    {
        using var kuma = new KumaFile("INSERT INTO monitor (id, name, type, url) VALUES (1, 'one', 'http', 'https://x.example/')");
        File.WriteAllText(kuma.FullPath + "-wal", "anything");
        var reading = Importing.Of("kuma", Importing.Request([kuma.File]));
        Assert.Equal(1, reading.Carried);
        Assert.Contains("VACUUM INTO", Importing.Shown(reading), StringComparison.Ordinal);
        Assert.Equal("anything", File.ReadAllText(kuma.FullPath + "-wal"));
        Assert.False(File.Exists(kuma.FullPath + "-shm"));
    }

    /// <summary>A name that would end the URI of the file, or ask for another way of opening it.</summary>
    [Fact]
    public void The_name_of_the_file_is_a_name()
    {
        using var kuma = new KumaFile("INSERT INTO monitor (id, name, type, url) VALUES (1, 'one', 'http', 'https://x.example/')");
        var odd = Path.Combine(kuma.Folder, "a?mode=rwc&vfs=x#%41 b'.db");
        File.Move(kuma.FullPath, odd);
        Assert.Equal(1, Importing.Of("kuma", Importing.Request([new ForeignFile("odd.db", odd, ReadOnlyMemory<byte>.Empty, true)])).Carried);
        Assert.Equal([Path.GetFileName(odd)], Directory.GetFiles(kuma.Folder).Select(Path.GetFileName));
    }

    /// <summary>Cut anywhere and with any bytes turned: told as damaged, or read as what is still whole; its past too.</summary>
    [Fact]
    public void Damaged_databases_never_throw()
    {
        using var kuma = new KumaFile(KumaFile.Many(40, 400) + "INSERT INTO tag VALUES (1, 'a', 'b'); INSERT INTO monitor_tag (monitor_id, tag_id) VALUES (1, 1);");
        var whole = File.ReadAllBytes(kuma.FullPath);
        var tool = ImportCatalog.Tools.Single(tool => tool.Name == "kuma");
        Gen.Select(Gen.Int[16, whole.Length], Gen.Select(Gen.Int[16, whole.Length - 1], Gen.Byte).Array[0, 30]).Sample((length, turned) =>
        {
            var bytes = whole.ToArray();
            foreach (var (at, value) in turned) bytes[at] = value;
            File.WriteAllBytes(kuma.FullPath, turned.Length % 2 == 0 ? bytes : bytes[..length]);
            var request = Importing.Request([kuma.File]);
            var reading = Importing.Of("kuma", request);
            using var into = new MemoryStream();
            var past = tool.History!(request, reading, into);
            Assert.True(past.Looks <= whole.Length);
            Assert.NotEmpty(Encoding.UTF8.GetString(into.ToArray()));
            return true;
        }, iter: 60, threads: 1);
    }

    /// <summary>Pages that name each other over and over would give rows without end.</summary>
    [Fact]
    public void A_file_has_no_more_looks_than_room()
    {
        using var kuma = new KumaFile(KumaFile.Many(1, 30_000));
        var bytes = File.ReadAllBytes(kuma.FullPath);
        // every pointer of every interior page of a table (type 5) leads to the first child of that page
        var page = (bytes[16] << 8) | bytes[17];
        for (var start = page; start < bytes.Length; start += page)
        {
            if (bytes[start] != 5) continue;
            var cells = (bytes[start + 3] << 8) | bytes[start + 4];
            var first = start + ((bytes[start + 12] << 8) | bytes[start + 13]);
            for (var cell = 1; cell < cells; cell++) bytes.AsSpan(first, 4).CopyTo(bytes.AsSpan(start + ((bytes[start + 12 + 2 * cell] << 8) | bytes[start + 13 + 2 * cell]), 4));
        }
        File.WriteAllBytes(kuma.FullPath, bytes);
        var request = Importing.Request([kuma.File]);
        var reading = Importing.Of("kuma", request);
        using var into = new MemoryStream();
        var past = ImportCatalog.Tools.Single(tool => tool.Name == "kuma").History!(request, reading, into);
        Assert.True(past.Looks <= bytes.Length / 8);
    }
}
