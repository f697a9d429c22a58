using Kept.Checks.Grpc;
using Kept.Egress;
using Kept.Judging;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;
using static Kept.Checks.Tests.Saying;

namespace Kept.Checks.Tests.Grpc;

/// <summary>Methods of services, described by a file or by the server itself.</summary>
public sealed class GrpcMethodTests
{
    private static readonly EgressOptions Here = new() { Folder = ProtoJsonTests.Folder };

    private static (string, FieldValue)[] Fields(params (string, string)[] fields) => [("method", Text("kept.test.Orders/Get")), .. fields.Select(field => (field.Item1, (FieldValue)Text(field.Item2)))];

    private static Task<Observation> LookAsync(int port, params (string, string)[] fields) =>
        Looking.LookAsync("grpc", $"127.0.0.1:{port}", Duration.Seconds(5), Here, settings: Fields(fields));

    [Theory]
    [InlineData("file", false)]
    [InlineData("v1", true)]
    [InlineData("v1", false)]
    [InlineData("v1alpha", true)]
    public async Task A_real_server_is_asked_and_its_answer_is_JSON(string described, bool sendsAll)
    {
        await using var server = await DescribedServer.StartAsync(described == "file" ? null : described, sendsAll, TestContext.Current.CancellationToken);
        server.Answer = """{"anInt64":"42","aText":"Ada","colour":"RED","at":"2027-01-31T18:00:00Z","inners":[{"anInt32":1}]}""";
        var fields = new List<(string, string)> { ("request", """{"id": "o-1", "wait": 5}""") };
        if (described == "file") fields.Add(("descriptors", "all.pb"));
        using var dialer = new Dialer(Here, TimeProvider.System);
        var look = CheckCatalog.Looks(dialer, TimeProvider.System)["grpc"];
        var check = Looking.CheckOf("grpc", $"127.0.0.1:{server.Port}", null, Fields([.. fields]));
        for (var i = 0; i < 3; i++)
        {
            var seen = await look(new LookRequest(check, DocumentOrigin.Ours), TestContext.Current.CancellationToken);
            seen.Answers();
            var body = Assert.IsType<Value.Body>(seen.See("grpc", "body")).Json!.Value;
            Assert.Equal(("42", "Ada", "RED", "2027-01-31T18:00:00Z"), (body.GetProperty("anInt64").GetString(), body.GetProperty("aText").GetString(), body.GetProperty("colour").GetString(), body.GetProperty("at").GetString()));
            Assert.Equal(1, body.GetProperty("inners")[0].GetProperty("anInt32").GetInt32());
            Assert.Equal("3", Assert.IsType<Value.Map>(seen.See("grpc", "trailer")).Entries["x-cost"]);
            Assert.Equal("orders-1", Assert.IsType<Value.Map>(seen.See("grpc", "header")).Entries["X-Served-By"]);
            Assert.Equal((0m, null, null), (seen.Amount("grpc", "grpc.status"), seen.See("grpc", "grpc.message"), seen.See("grpc", "status")));
            Assert.StartsWith("{\"aDouble\":0", seen.Excerpt, StringComparison.Ordinal);
            Assert.True(seen.Phases.Total > 0 && seen.Phases.FirstByte > 0);
        }
        Assert.Equal("0A036F2D311005", Convert.ToHexString(server.Asked));
        Assert.Equal(described == "file" ? 0 : sendsAll ? 1 : 2, server.Described); // once, whatever the number of looks; the imports in a second round
    }

    [Fact]
    public async Task Expectations_judge_the_answer_as_that_of_http()
    {
        await using var server = await DescribedServer.StartAsync("v1", true, TestContext.Current.CancellationToken);
        server.Answer = """{"anInt64":"42"}""";
        var check = Looking.CheckOf("grpc", $"127.0.0.1:{server.Port}", null, [.. Fields(), ("int64", Text("number"))]);
        var kind = check.Kind;
        Operand Body(string member) => new Operand.Seen(Place.None, "body", kind.IndexOf("body"), [new PathStep(member, 0)]);
        Check Expecting(string member, Comparison by, decimal than) =>
            check with { Expect = [new Expectation("it", new Expression.Compare(Place.None, Body(member), by, new Operand.Literal(Place.None, Value.Of(than))))] };
        using var dialer = new Dialer(Here, TimeProvider.System);
        var look = CheckCatalog.Looks(dialer, TimeProvider.System)["grpc"];
        async Task<LookClass> Judged(Check check) => Judge.Look(check, await look(new LookRequest(check, DocumentOrigin.Ours), TestContext.Current.CancellationToken), new Judged(Truth.True, "")).Class;
        Assert.Equal(LookClass.Good, await Judged(Expecting("anInt64", Comparison.GreaterOrEqual, 42)));
        Assert.Equal(LookClass.Bad, await Judged(Expecting("anInt64", Comparison.GreaterOrEqual, 43)));
        Assert.NotEqual(LookClass.Good, await Judged(Expecting("maybe", Comparison.GreaterOrEqual, 0))); // not set
    }

    [Fact]
    public async Task A_call_that_does_not_end_well_fails_unless_the_check_asks_for_the_code()
    {
        await using var server = await DescribedServer.StartAsync(null, false, TestContext.Current.CancellationToken);
        server.End = (9, "not yet");
        (await LookAsync(server.Port, ("descriptors", "all.pb"))).Fails(TargetFailure.ReportedFailure, "ended kept.test.Orders/Get with FAILED_PRECONDITION (grpc-status 9): not yet");
        var asked = await AskAsync("grpc", $"127.0.0.1:{server.Port}", "grpc.status", Here, Fields(("descriptors", "all.pb")));
        asked.Answers();
        Assert.Equal((9m, "not yet", null), (asked.Amount("grpc", "grpc.status"), asked.Text("grpc", "grpc.message"), asked.See("grpc", "body")));
        var gone = await Looking.LookAsync("grpc", $"127.0.0.1:{server.Port}", null, Here, settings: [("method", Text("kept.test.legacy.Nothing/Get")), ("descriptors", Text("all.pb"))]);
        gone.IsGap(GapCause.Fault, "the descriptors do not know kept.test.legacy.Nothing/Get; they hold the services kept.test.Orders");
    }

    [Fact]
    public async Task What_a_server_does_not_describe_is_told_with_what_to_write()
    {
        await using var server = await DescribedServer.StartAsync(null, false, TestContext.Current.CancellationToken);
        (await LookAsync(server.Port)).IsGap(GapCause.Fault, "does not describe its services (no reflection); write descriptors: FILE");
        await using var other = await DescribedServer.StartAsync("v1", true, TestContext.Current.CancellationToken);
        Task<Observation> Method(string method) => Looking.LookAsync("grpc", $"127.0.0.1:{other.Port}", null, Here, settings: ("method", Text(method)));
        (await Method("kept.test.Other/Get")).Fails(TargetFailure.ReportedFailure, "does not describe kept.test.Other: NOT_FOUND: Symbol not found");
        (await Method("kept.test.Orders/Put")).Fails(TargetFailure.ReportedFailure, "has no method kept.test.Orders/Put; kept.test.Orders has Get, Watch, Send");
        (await Method("kept.test.Orders/Watch")).IsGap(GapCause.Fault, "kept.test.Orders/Watch streams");
        (await Method("kept.test.Orders/Send")).IsGap(GapCause.Fault, "kept.test.Orders/Send streams");
    }

    /// <summary>Two rounds of little that is needed and much that is not: each is within what one answer may hold.</summary>
    [Fact]
    public async Task What_comes_beside_descriptors_counts_as_them()
    {
        await using var server = await DescribedServer.StartAsync("v1", false, TestContext.Current.CancellationToken);
        server.Padding = 1_000;
        (await LookAsync(server.Port)).Answers();
        server.Padding = 3_000_000;
        (await LookAsync(server.Port)).Fails(TargetFailure.TooLarge, "sent more descriptors than are read (4MiB, 512 files)");
    }

    [Fact]
    public async Task A_request_that_does_not_fit_is_never_sent()
    {
        await using var server = await DescribedServer.StartAsync("v1", true, TestContext.Current.CancellationToken);
        (await LookAsync(server.Port, ("request", """{"ident": 1}"""))).IsGap(GapCause.Fault, "`ident` of the request is no field of kept.test.Asked; it has id, wait");
        Assert.Empty(server.Asked);
        Environment.SetEnvironmentVariable("KEPT_TEST_GRPC_ID", "quo\"te-s3cret");
        server.Answer = """{"aText": "you asked for quo\"te-s3cret"}""";
        var seen = await LookAsync(server.Port, ("request", """{"id": "${env:KEPT_TEST_GRPC_ID}"}"""));
        seen.Answers();
        Assert.Equal("0A0D71756F2274652D733363726574", Convert.ToHexString(server.Asked));
        Assert.Contains("you asked for •••", seen.Text("grpc", "body"), StringComparison.Ordinal);
        (await LookAsync(server.Port, ("request", """{"id": "${env:KEPT_TEST_NOT_SET}"}"""))).IsGap(GapCause.SecretMissing, "KEPT_TEST_NOT_SET");
    }

    [Fact]
    public async Task A_file_that_holds_no_descriptors_is_told_with_what_to_name()
    {
        var folder = Directory.CreateTempSubdirectory("kept-grpc").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "text.pb"), "syntax = \"proto3\";");
            File.WriteAllText(Path.Combine(folder, "empty.pb"), "");
            File.WriteAllBytes(Path.Combine(folder, "huge.pb"), new byte[NamedFiles.Largest + 1]);
            var whole = File.ReadAllBytes(Path.Combine(ProtoJsonTests.Folder, "all.pb"));
            File.WriteAllBytes(Path.Combine(folder, "cut.pb"), whole[..(whole.Length / 2)]);
            var alone = new ProtoWriter();
            alone.Counted(1, Schema.FilesOf(whole).Single(file => Schema.NamesOf(file).Name == "all.proto").Span);
            File.WriteAllBytes(Path.Combine(folder, "alone.pb"), alone.Written);
            var port = ScriptedPeer.ClosedPort();
            async Task Refuses(string file, string words, string request = "{}") =>
                (await Looking.LookAsync("grpc", $"127.0.0.1:{port}", null, new EgressOptions { Folder = folder }, settings: Fields(("descriptors", file), ("request", request)))).IsGap(GapCause.Fault, words);
            await Refuses("gone.pb", "the file of descriptors `gone.pb` is not there; name one, by its path from the document, that protoc");
            await Refuses(".", "is a folder");
            await Refuses("empty.pb", "is empty, or no plain file");
            await Refuses("huge.pb", "at most 8 MiB are read");
            await Refuses("text.pb", "is no set of descriptors");
            await Refuses("cut.pb", "is no set of descriptors");
            (await Looking.LookAsync("grpc", $"127.0.0.1:{port}", null, new EgressOptions { Folder = folder }, settings: Fields(("descriptors", "alone.pb")))).Fails(TargetFailure.Refused, "refused"); // what it lacks, nobody needs yet
            var at = Place.None with { File = new SourceFile("teams/shop/kept.yaml"), Line = 1 };
            Directory.CreateDirectory(Path.Combine(folder, "teams", "shop"));
            File.WriteAllBytes(Path.Combine(folder, "teams", "shop", "here.pb"), whole);
            using var dialer = new Dialer(new EgressOptions { Folder = folder }, TimeProvider.System);
            var check = Looking.CheckOf("grpc", $"127.0.0.1:{port}", null, Fields(("descriptors", "here.pb"))) with { At = at };
            var look = CheckCatalog.Looks(dialer, TimeProvider.System)["grpc"];
            (await look(new LookRequest(check, DocumentOrigin.Ours), TestContext.Current.CancellationToken)).Fails(TargetFailure.Refused, "refused"); // found beside its document
            (await look(new LookRequest(check, DocumentOrigin.Others), TestContext.Current.CancellationToken)).IsGap(GapCause.EgressDenied, "may not name files of this machine");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("orders.v1.Orders.Get", "is no method", "orders.v1.Orders/Get")]
    [InlineData("/orders.v1.Orders/Get", "is no method", "orders.v1.Orders/Get")]
    [InlineData("Orders/Get?x", "is no method", "orders.v1.Orders/Get")]
    public void What_is_no_method_is_refused_when_it_is_read(string method, string error, string help)
    {
        var settled = Looking.Kind("grpc").Settles!(Looking.Target("grpc", "orders.example:1"), new Dictionary<string, FieldValue> { ["method"] = Text(method) });
        Assert.Contains(error, settled.Error, StringComparison.Ordinal);
        Assert.Contains(help, settled.Help, StringComparison.Ordinal);
    }

    [Fact]
    public void A_check_calls_a_method_or_asks_after_health()
    {
        TargetReading Settled(string target, params (string, string)[] fields) => Looking.Kind("grpc").Settles!(Looking.Target("grpc", target), fields.ToDictionary(field => field.Item1, field => (FieldValue)Text(field.Item2)));
        Assert.Contains("and not both", Settled("a.B at orders.example:1", ("method", "a.B/C")).Error, StringComparison.Ordinal);
        Assert.Contains("the request is no JSON", Settled("orders.example:1", ("method", "a.B/C"), ("request", "{id: 1}")).Error, StringComparison.Ordinal);
        Assert.Null(Settled("127.0.0.1:1", ("method", "a.B/C"), ("request", "{\"id\": \"${env:X}\"}")).Error);
    }
}
