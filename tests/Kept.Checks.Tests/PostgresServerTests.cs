using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Kept.TestKit.Servers;
using Xunit;
using static Kept.Checks.Tests.Saying;

namespace Kept.Checks.Tests;

/// <summary>The kind <c>postgres</c> at Debian's PostgreSQL.</summary>
public sealed class PostgresServerTests
{
    private static Task<Observation> LookAsync(PostgresServer server, string? query = null, EgressOptions? options = null, params (string, FieldValue)[] more) =>
        Looking.LookAsync("postgres", $"127.0.0.1:{server.Port}", null, options, settings: query is null ? more : [("user", Text("postgres")), ("query", Text(query)), .. more]);

    [Fact]
    public async Task A_query_shows_its_rows_and_can_change_nothing()
    {
        await using var server = new PostgresServer();
        await server.StartAsync();
        var ready = await LookAsync(server);
        ready.Answers();
        Assert.StartsWith("15.", ready.Text("postgres", "server-version"), StringComparison.Ordinal);
        Assert.Null(ready.See("postgres", "rows"));

        var rows = await LookAsync(server, "select n as n, n * 1.50 as price, n % 2 = 0 as even, 'ä' || n as name, null as nothing, 'NaN'::float8 as odd from generate_series(1, 7) n");
        rows.Answers();
        Assert.Equal((7m, 1m), (rows.Amount("postgres", "rows"), rows.Amount("postgres", "value")));
        Assert.Equal("""{"n":1,"price":1.5,"even":false,"name":"ä1","nothing":null,"odd":"NaN"}""", rows.Text("postgres", "row"));
        var none = await LookAsync(server, "select 1 where false");
        none.Answers();
        Assert.Equal(0, none.Amount("postgres", "rows"));
        Assert.Null(none.See("postgres", "row"));
        Assert.Null((await LookAsync(server, "select 'Infinity'::float8")).See("postgres", "value"));

        (await LookAsync(server, "delete from pg_class returning 1")).Fails(TargetFailure.ReportedFailure, "SQLSTATE 25006, the query wants to change something");
        (await LookAsync(server, "create table taken (n int)")).IsGap(GapCause.Fault, "gives no rows");
        var marker = Path.Combine(Path.GetTempPath(), $"kept-never-{Guid.NewGuid():N}");
        (await LookAsync(server, $"copy (select 1) to program 'cat > {marker}'")).IsGap(GapCause.Fault, "gives no rows");
        Assert.False(File.Exists(marker));
        (await LookAsync(server, "select 1; create table taken (n int)")).Fails(TargetFailure.ReportedFailure, "SQLSTATE 42601");
        (await LookAsync(server, "commit; create table taken (n int)")).Fails(TargetFailure.ReportedFailure, "SQLSTATE 42601");
        (await LookAsync(server, "do $$ begin commit; create table taken (n int); end $$")).IsGap(GapCause.Fault, "gives no rows");
        (await LookAsync(server, "set default_transaction_read_only = off")).IsGap(GapCause.Fault, "gives no rows");
        (await LookAsync(server, "copy (select 1) to stdout")).IsGap(GapCause.Fault, "gives no rows");
        (await LookAsync(server, "select count(*) from pg_tables where tablename = 'taken'")).Answers();
        Assert.Equal(0, (await LookAsync(server, "select count(*) from pg_tables where tablename = 'taken'")).Amount("postgres", "value"));
        (await LookAsync(server, "select nothing from nowhere")).Fails(TargetFailure.ReportedFailure, "SQLSTATE 42P01, no such table");
        Assert.Equal("42P01", (await AskAsync("postgres", $"127.0.0.1:{server.Port}", "sqlstate", null, ("user", Text("postgres")), ("query", Text("select nothing from nowhere")))).Text("postgres", "sqlstate"));
        (await LookAsync(server, "select repeat('x', 100000)")).Fails(TargetFailure.TooLarge, "64KiB");
        (await LookAsync(server, null, null, ("database", Text("missing")))).Fails(TargetFailure.ReportedFailure, "SQLSTATE 3D000, no such database");
        (await LookAsync(server, null, null, ("over-tls", Yes))).Fails(TargetFailure.TlsFailed, "does not speak TLS");

        var slow = await Looking.LookAsync("postgres", $"127.0.0.1:{server.Port}", Duration.Milliseconds(600), settings: [("user", Text("postgres")), ("query", Text("select pg_sleep(20)"))]);
        Assert.True(slow.Reach == Reach.Failed && slow.Failure is TargetFailure.TimedOut or TargetFailure.ReportedFailure, slow.Detail);
        // The server was told how long it may take, so nothing of us goes on there.
        Assert.Equal(0, (await LookAsync(server, "select count(*) from pg_stat_activity where query like '%pg_sleep%' and pid <> pg_backend_pid() and now() - query_start > interval '5 s'")).Amount("postgres", "value"));
        await server.StopAsync();
        (await LookAsync(server)).Fails(TargetFailure.Refused, "refused");
    }

    [Theory]
    [InlineData("scram-sha-256")]
    [InlineData("md5")]
    [InlineData("password")]
    public async Task A_password_is_proved_in_the_way_that_the_server_asks_for(string login)
    {
        Environment.SetEnvironmentVariable("KEPT_TEST_POSTGRES", "p0stgres-s3cret, with = and ü");
        using var root = new CertificateAuthority();
        await using var server = new PostgresServer();
        await server.StartAsync(login, "p0stgres-s3cret, with = and ü", root.Issue(["127.0.0.1"]));
        var trusting = new EgressOptions { PrivateRoots = [root.Certificate] };
        var secret = ("password", (FieldValue)Text("${env:KEPT_TEST_POSTGRES}"));

        var secure = await LookAsync(server, "select current_setting('is_superuser')", trusting, secret, ("over-tls", Yes));
        secure.Answers();
        Assert.Equal("1.3", secure.Text("postgres", "tls.version"));
        (await LookAsync(server, null, null, secret)).Answers(); // in clear, but on this machine
        (await LookAsync(server, null, null, secret, ("over-tls", Yes))).Fails(TargetFailure.CertificateInvalid, "not trusted here");
        (await LookAsync(server, null, trusting, ("password", Text("wrong")), ("over-tls", Yes))).Fails(TargetFailure.ReportedFailure, "SQLSTATE 28P01, wrong password");
        (await LookAsync(server)).Fails(TargetFailure.ReportedFailure, "wants a password");
        (await LookAsync(server, null, null, ("password", Text("${env:KEPT_TEST_NOT_SET}")))).IsGap(GapCause.SecretMissing, "KEPT_TEST_NOT_SET");
        var told = await LookAsync(server, "select 'p0stgres-s3cret, with = and ü' as told", trusting, secret, ("over-tls", Yes));
        Assert.Equal("""{"told":"•••"}""", told.Text("postgres", "row"));
    }
}
