using System.Security.Cryptography;
using System.Text;
using Kept.Ledger.Postgres;
using Kept.Ledger.Stored;
using Kept.TestKit.Servers;
using Xunit;

namespace Kept.Ledger.Tests.Postgres;

/// <summary>A database that cannot be the ledger's is refused with a code and what to do, and nothing in it is changed. No message holds a password.</summary>
public sealed class OpeningTests : IDisposable
{
    private const string Password = "p0stgres; 's3cret' ü";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A ledger somewhere has run each of these as it stands here: one that changed would leave it with another schema under the same number.</summary>
    [Fact]
    public void A_migration_that_was_shipped_never_changes() => Assert.Equal(
        ["e0b925cf1c5c1997e741abf89e223fb81f76ce0cf999dab25bce1f5939671d4a"],
        // a new migration adds its line
        PostgresDatabase.Migrations.Select(script => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(script)))));

    [Theory]
    [InlineData("CREATE TABLE customer (id int)", "S03", "holds tables of another program")]
    [InlineData("CREATE TABLE migration (id int)", "S03", "holds tables of another program")]
    [InlineData("CREATE VIEW entry AS SELECT 1 AS seq", "S03", "holds tables of another program")]
    public async Task Another_programs_schema_is_left_as_it_is(string theirs, string code, string words)
    {
        var connection = await Shared.NewAsync();
        using var beside = Shared.Connect(connection);
        Database.Execute(beside, $"CREATE SCHEMA {Shared.SchemaOf(connection)}; {theirs}");
        Refused(connection, code, words, "Nothing was changed");
        Assert.Equal(1, Database.Scalar(beside, $"SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = '{Shared.SchemaOf(connection)}'"));
    }

    [Fact]
    public async Task A_schema_of_a_newer_kept_or_with_a_table_missing_is_left_as_it_is()
    {
        var connection = await Shared.NewAsync();
        await using (var ledger = Open(connection)) await ledger.AppendAsync([Some.Draft()], default);
        using var beside = Shared.Connect(connection);
        Database.Execute(beside, "INSERT INTO migration (number, hash) VALUES (999, '\\x00')");
        Refused(connection, "S05", "written by a newer Kept (schema 999", "Install the newer version");
        Assert.Equal("S05", Assert.Throws<LedgerException>(() => Ledgers.OpenPostgresReadOnly(connection, _folder["data"], TimeProvider.System)).Code);
        Database.Execute(beside, "DELETE FROM migration WHERE number = 999; ALTER TABLE evidence RENAME TO proof");
        Refused(connection, "S03", "its table evidence is missing", "Restore the database from a backup");
        Database.Execute(beside, "ALTER TABLE proof RENAME TO evidence; UPDATE entry SET body = '{ }' WHERE seq = 1");
        Refused(connection, "S03", "entry 1: the chain does not hold");
        Assert.Equal(1, Database.Scalar(beside, "SELECT epoch FROM ledger"));
    }

    [Fact]
    public async Task A_folder_whose_ledger_is_not_in_the_database_begins_no_new_one()
    {
        var connection = await Shared.NewAsync();
        await using (Open(connection)) { }
        Refused(await Shared.NewAsync(), "S03", "is empty, but ledger", "Restore it from a backup, or name another folder");
        await using (var other = Ledgers.OpenPostgres(await Shared.NewAsync(), _folder["other"], TimeProvider.System, new Random(1))) await other.AppendAsync([Some.Draft()], default);
        var told = Assert.Throws<LedgerException>(() => Ledgers.OpenPostgres(connection, _folder["other"], TimeProvider.System, new Random(1)));
        Assert.Equal("S03", told.Code);
        Assert.Contains("was here", told.Message, StringComparison.Ordinal);
        Assert.Equal("S09", Assert.Throws<LedgerException>(() => Ledgers.OpenPostgresReadOnly(connection.Replace("kept_", "none_", StringComparison.Ordinal), _folder["data"], TimeProvider.System)).Code);
    }

    [Fact]
    public async Task A_server_that_lets_nobody_in_gives_no_right_or_has_no_such_database_is_told_without_the_password()
    {
        await using var server = new PostgresServer();
        await server.StartAsync("scram-sha-256", Password, null);
        var quoted = "'" + Password.Replace("'", "''", StringComparison.Ordinal) + "'";
        var keywords = Shared.Of(server, "kept") + $";Password={quoted}";
        var url = $"postgres://postgres:{Uri.EscapeDataString(Password)}@127.0.0.1:{server.Port}/postgres?sslmode=disable";
        await using (var ledger = Open(url))
        {
            await ledger.AppendAsync([Some.Draft()], default);
            Assert.DoesNotContain("s3cret", string.Concat(ledger.Opening.Notes), StringComparison.Ordinal);
        }
        await using (var ledger = Open(keywords)) Assert.Equal((1, 2), (ledger.LastSequence, ledger.Epoch)); // the same, in keywords
        using (var beside = Shared.Connect(keywords))
        {
            Database.Execute(beside, "CREATE ROLE guest LOGIN PASSWORD 'guest1234'; CREATE ROLE owner LOGIN PASSWORD 'owner1234'; CREATE SCHEMA mine AUTHORIZATION owner");
            foreach (var (encoding, name) in (((string, string)[])[("SQL_ASCII", "ascii"), ("LATIN1", "latin")])) Database.Execute(beside, $"CREATE DATABASE {name} ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
        }
        Refused(url.Replace("s3cret", "wr0ng", StringComparison.Ordinal), "S04", "does not let us in: password authentication failed", "Correct user and password");
        Refused(url.Replace(":" + Uri.EscapeDataString(Password), "", StringComparison.Ordinal), "S04", "does not let us in");
        Refused(url.Replace("/postgres?", "/missing?", StringComparison.Ordinal), "S04", "\"missing\" does not exist", "CREATE DATABASE");
        Refused(url.Replace("/postgres?", "/ascii?", StringComparison.Ordinal), "S09", "has the encoding SQL_ASCII", "ENCODING 'UTF8'");
        Refused(url.Replace("/postgres?", "/latin?", StringComparison.Ordinal), "S09", "has the encoding LATIN1");
        var uninvited = Assert.Throws<LedgerException>(() => Ledgers.OpenPostgres($"postgres://guest:guest1234@127.0.0.1:{server.Port}/postgres?schema=guests", _folder["guest"], TimeProvider.System, new Random(1)));
        Assert.Equal("S04", uninvited.Code);
        Assert.Matches("permission denied for database.*CREATE SCHEMA guests AUTHORIZATION", uninvited.Message);
        await using (var owned = Ledgers.OpenPostgres($"postgres://owner:owner1234@127.0.0.1:{server.Port}/postgres?schema=mine", _folder["mine"], TimeProvider.System, new Random(1)))
            await owned.AppendAsync([Some.Draft()], default); // no right but that schema is needed
        Refused(keywords.Replace("SSL Mode=Disable", "SSL Mode=Require", StringComparison.Ordinal), "S04", "does not let us in");
        var port = ServerProcess.FreePort();
        Refused(url.Replace($":{server.Port}/", $":{port}/", StringComparison.Ordinal), "S10", "cannot be reached", "refused", "nothing acknowledged is lost");
        // read only, as a standby or a server under maintenance is
        using (var beside = Shared.Connect(keywords)) Database.Execute(beside, "ALTER ROLE owner SET default_transaction_read_only = on");
        var told = Assert.Throws<LedgerException>(() => Ledgers.OpenPostgres($"postgres://owner:owner1234@127.0.0.1:{server.Port}/postgres?schema=mine", _folder["mine"], TimeProvider.System, new Random(1)));
        Assert.Equal("S04", told.Code);
    }

    [Theory]
    [InlineData("Host=h;Database=d;Pasword=p0stgres-s3cret", "one of its keywords there is not")]
    [InlineData("Host=h;Database=d;Port=s3cret", "one of its values is not what its keyword takes")]
    [InlineData("Host=h;Password=s3cret", "names no database")]
    [InlineData("Database=d;Password=s3cret", "names no host")]
    [InlineData("postgres://u:s3cret@h", "names no database")]
    [InlineData("postgres://u:s3cret/@h/d", "with : / @ ? # in user and password as %3A")]
    [InlineData("postgres://u:s3cret@h/d?sslmoude=require", "one of its parameters there is not")]
    [InlineData("postgres://u:s3cret@h/d?sslmode=s3cret", "'sslmode' does not take that value")]
    [InlineData("postgres://u:s3cret@h/d?schema=public,other", "the name of one schema")]
    [InlineData("s3cret", "is neither a URL nor KEYWORD=VALUE")]
    [InlineData("", "names no host")]
    public void A_connection_string_that_cannot_be_read_is_told_and_not_repeated(string text, string words)
    {
        var told = Assert.Throws<LedgerException>(() => PostgresAddress.Parse(text, 5));
        Assert.Equal("S09", told.Code);
        Assert.Contains(words, told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", told.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres://u:p@db.example/d", true)]
    [InlineData("Host=db.example;Database=d", true)]
    [InlineData("Host=127.0.0.1,db.example;Database=d", true)]
    [InlineData("postgres://u:p@127.0.0.1/d", false)]
    [InlineData("Host=/run/postgresql;Database=d", false)]
    [InlineData("Host=::1,localhost:5433;Database=d", false)]
    public void Another_machine_has_to_show_who_it_is_unless_somebody_says_otherwise(string text, bool isDemanded)
    {
        Assert.Equal(isDemanded, new Npgsql.NpgsqlConnectionStringBuilder(PostgresAddress.Parse(text, 5).Connection).SslMode == Npgsql.SslMode.VerifyFull);
        var said = PostgresAddress.Parse(text + (text.Contains("://", StringComparison.Ordinal) ? "?sslmode=require" : ";SSL Mode=Require"), 5);
        Assert.Equal(Npgsql.SslMode.Require, new Npgsql.NpgsqlConnectionStringBuilder(said.Connection).SslMode);
    }

    [Theory]
    [InlineData("postgres://kept:pw%40%3A@db.example:6432/evidence?sslmode=verify-full&sslrootcert=/etc/ca.pem&search_path=north", "Host=db.example;Port=6432;Database=evidence;Username=kept;Password=pw@:;SSL Mode=VerifyFull;Root Certificate=/etc/ca.pem", "north")]
    [InlineData("postgresql://kept@[::1]/evidence", "Host=::1;Port=5432;Database=evidence;Username=kept", "kept")]
    public void A_url_says_what_the_keywords_say(string url, string keywords, string schema)
    {
        var (one, two) = (PostgresAddress.Parse(url, 5), PostgresAddress.Parse(keywords + $";Search Path={schema}", 5));
        Assert.Equal(new Npgsql.NpgsqlConnectionStringBuilder(two.Connection).OrderBy(pair => pair.Key), new Npgsql.NpgsqlConnectionStringBuilder(one.Connection).OrderBy(pair => pair.Key));
        Assert.Equal((schema, two.Name), (one.Schema, one.Name));
        Assert.DoesNotContain("pw", one.Name, StringComparison.Ordinal);
    }

    private void Refused(string connection, string code, params string[] words)
    {
        var told = Assert.Throws<LedgerException>(() => Open(connection));
        Assert.True(code == told.Code, told.ToString());
        foreach (var one in words) Assert.Contains(one, told.Message, StringComparison.Ordinal);
        foreach (var secret in (string[])["s3cret", "wr0ng", "guest1234", "owner1234"]) Assert.DoesNotContain(secret, told.ToString(), StringComparison.Ordinal);
    }

    private StoredLedger Open(string connection) => Ledgers.OpenPostgres(connection, _folder["data"], Some.Clock(), new Random(1), Some.Eager());
}
