using System.Text;
using System.Text.RegularExpressions;
using Kept.Egress;
using Kept.Judging;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

/// <summary>Looks in several steps, at a shop that remembers who logged in.</summary>
public sealed partial class HttpJourneyTests
{
    private const string Token = "tok-5f2c9a7be1", Session = "s3ss10n-0123456789abcdef";

    private static Operand.Seen Seen(string name, params string[] path) => new(Place.None, name, Looking.Kind("http").IndexOf(name), [.. path.Select(step => new PathStep(step, 0))]);
    private static Taking Takes(string name, Operand.Seen from, string? pattern = null) => new(name, from, pattern is null ? null : new Regex(pattern, RegexOptions.NonBacktracking), from.ToString());
    private static Expectation StatusIs(decimal status) => new($"status == {status}", new Expression.Compare(Place.None, Seen("status"), Comparison.Equal, new Operand.Literal(Place.None, Value.Of(status))));

    private static Check Step(string name, string target, Taking[]? takes = null, decimal? status = null, params (string, string)[] headers) =>
        Looking.CheckOf("http", target, settings: headers.Length == 0 ? [] : [("headers", new FieldValue.TextMap([.. headers.Select(header => KeyValuePair.Create(header.Item1, header.Item2))]))])
            with
        { Name = name, Takes = [.. takes ?? []], Expect = status is { } code ? [StatusIs(code)] : [] };

    private static async Task<Observation> LookAsync(Check check, DocumentOrigin trust = DocumentOrigin.Ours)
    {
        using var dialer = new Dialer(new EgressOptions(), TimeProvider.System);
        return await CheckCatalog.Looks(dialer, TimeProvider.System)["http"](new LookRequest(check, trust) { Objects = Judge.Objection }, TestContext.Current.CancellationToken);
    }

    /// <summary>Answers each request by what it asks; what was asked is noted.</summary>
    private static ScriptedPeer Site(Func<string, string> answer, List<string>? asked = null) => ScriptedPeer.Tcp(async (stream, stop) =>
    {
        while (await ScriptedPeer.ReadHeadAsync(stream, stop) is { } head)
        {
            lock (asked ?? []) asked?.Add(head);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(answer(head)), stop);
        }
    });

    private static ScriptedPeer Shop(List<string>? asked = null) => Site(head =>
        head.StartsWith("POST /login", StringComparison.Ordinal) ? ScriptedPeer.Ok($$"""{"token":"{{Token}}","id":42}""", $"Set-Cookie: session={Session}; Path=/; HttpOnly\r\nX-Next: /orders\r\n")
        : !head.Contains($"session={Session}", StringComparison.Ordinal) || !head.Contains($"Bearer {Token}", StringComparison.Ordinal) ? "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"
        : ScriptedPeer.Ok($$"""{"owner":"Ada","echo":"{{Token}}"}"""), asked);

    private static Check Account(ScriptedPeer shop, params Check[] first) => Step("account", $"{shop.Url}/orders/${{login.id}}?t=${{login.token}}", headers: ("Authorization", "Bearer ${login.token}")) with { First = [.. first] };

    private static Check Login(ScriptedPeer shop) => Step("login", $"POST {shop.Url}/login", [Takes("token", Seen("body", "token")), Takes("id", Seen("body", "id"))], 200);

    [Fact]
    public async Task Cookies_and_values_go_along_and_are_told_nowhere()
    {
        var asked = new List<string>();
        await using var shop = Shop(asked);
        var seen = await LookAsync(Account(shop, Login(shop)));
        seen.Answers();
        Assert.Equal(200, seen.Code);
        Assert.StartsWith($"GET /orders/42?t={Token} HTTP/1.1", asked[1], StringComparison.Ordinal);
        Assert.Equal("""{"owner":"Ada","echo":"•••"}""", seen.Text("http", "body"));
        Assert.Equal(["login", "account"], seen.Steps.Select(step => step.Name));
        Assert.Equal([200, 200], seen.Steps.Select(step => step.Code));
        Assert.True(seen.Phases.Total >= seen.Steps.Sum(step => step.Phases.Total) - 2000, "the time of a look is that of all its steps");
        Assert.Equal(1, shop.Connections); // steps share a connection as a browser does
        Assert.DoesNotContain(Token, Everything(seen), StringComparison.Ordinal);
        Assert.DoesNotContain(Session, Everything(seen), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_judges_what_it_takes_as_it_came_and_tells_it_hidden()
    {
        await using var shop = Shop();
        Expectation Is(string value) => new("body.token is known", new Expression.Compare(Place.None, Seen("body", "token"), Comparison.Equal, new Operand.Literal(Place.None, Value.Of(value))));
        (await LookAsync(Account(shop, Login(shop) with { Expect = [Is(Token)] }))).Answers();
        var other = await LookAsync(Account(shop, Login(shop) with { Expect = [Is("tok-other")] }));
        other.Fails(TargetFailure.StepFailed, "step 1 `login`: ");
        Assert.DoesNotContain(Token, Everything(other), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_that_no_header_can_carry_is_no_failure_of_the_target()
    {
        var asked = new List<string>();
        await using var shop = Site(_ => ScriptedPeer.Ok("""{"token":"Zoë","id":42}"""), asked);
        var seen = await LookAsync(Account(shop, Login(shop)));
        Assert.Equal((Reach.Gap, GapCause.Fault), (seen.Reach, seen.Gap));
        Assert.Contains("Authorization", seen.Detail, StringComparison.Ordinal);
        Assert.Single(asked);
    }

    [Fact]
    public async Task Each_look_begins_without_cookies()
    {
        var asked = new List<string>();
        await using var shop = Shop(asked);
        var check = Account(shop, Login(shop));
        using var dialer = new Dialer(new EgressOptions(), TimeProvider.System);
        var look = CheckCatalog.Looks(dialer, TimeProvider.System)["http"];
        for (var i = 0; i < 2; i++) (await look(new LookRequest(check, DocumentOrigin.Ours) { Objects = Judge.Objection }, TestContext.Current.CancellationToken)).Answers();
        Assert.All(asked.Where(head => head.StartsWith("POST", StringComparison.Ordinal)), head => Assert.DoesNotContain("Cookie:", head, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_step_that_is_not_answered_as_it_must_ends_the_look()
    {
        var asked = new List<string>();
        await using var shop = Site(_ => $"HTTP/1.1 403 No\r\nSet-Cookie: session={Session}\r\nContent-Length: {Token.Length}\r\n\r\n{Token}", asked);
        var seen = await LookAsync(Account(shop, Login(shop)));
        seen.Fails(TargetFailure.StepFailed, "step 1 `login`: ");
        Assert.Contains("403", seen.Detail, StringComparison.Ordinal);
        Assert.Equal(403, seen.Code);
        Assert.Equal(["login"], seen.Steps.Select(step => step.Name));
        Assert.Single(asked); // nothing was sent onward
        Assert.Equal(LookClass.Bad, Judge.Look(Account(shop, Login(shop)), seen, new Judged(Truth.True, "")).Class);
    }

    public static TheoryData<string, string> Untakable => new()
    {
        { """{"id":42}""", "`token` cannot be taken: the answer has no `body.token`" }, { """{"token":"","id":42}""", "`body.token` is empty" }, { """{"token":null,"id":42}""", "`body.token` is null" },
        { """{"token":{"a":1},"id":42}""", "`body.token` is an object, no single value" }, { """{"token":[1],"id":42}""", "a list, no single value" }, { "<html>", "the content is not JSON" }, { "", "the answer has no content" },
        { """{"token":"a\r\nX-Evil: 1","id":42}""", "holds a line break" }, { """{"token":"\ud800","id":42}""", "is no valid text" }, { $$"""{"token":"{{new string('a', 20_000)}}","id":42}""", "longer than 16 KiB" },
    };

    [Theory]
    [MemberData(nameof(Untakable))]
    public async Task What_cannot_be_taken_is_the_failure_of_the_target_and_nothing_is_sent(string content, string words)
    {
        var asked = new List<string>();
        await using var shop = Site(_ => ScriptedPeer.Ok(content), asked);
        (await LookAsync(Account(shop, Login(shop)))).Fails(TargetFailure.StepFailed, words);
        Assert.Single(asked);
    }

    [Fact]
    public async Task Headers_cookies_and_patterns_are_taken_too()
    {
        var asked = new List<string>();
        await using var shop = Site(_ => ScriptedPeer.Ok("""<input name="csrf" value="a&b/c d">""", "Set-Cookie: sid=abc; Path=/elsewhere\r\nX-Next: n1\r\n"), asked);
        var form = Step("form", $"{shop.Url}/login", [Takes("csrf", Seen("body"), "name=\"csrf\" value=\"([^\"]+)\""), Takes("next", Seen("header", "x-next")), Takes("sid", Seen("cookie", "sid"))]);
        var check = Looking.CheckOf("http", $"POST {shop.Url}/login?next=${{form.next}}&c=${{form.csrf}}",
            settings: [("headers", new FieldValue.TextMap([new("Content-Type", "application/x-www-form-urlencoded"), new("X-Sid", "${form.sid}")])), ("body", new FieldValue.Text("csrf=${form.csrf}"))]) with
        { First = [form] };
        (await LookAsync(check)).Answers();
        Assert.Contains("/login?next=n1&c=a%26b%2Fc%20d", asked[1], StringComparison.Ordinal);
        Assert.Contains("X-Sid: abc", asked[1], StringComparison.Ordinal);
        Assert.EndsWith("csrf=a%26b%2Fc%20d", asked[1], StringComparison.Ordinal);
        Assert.DoesNotContain("Cookie:", asked[1], StringComparison.OrdinalIgnoreCase); // it is for another path
    }

    [Fact]
    public async Task What_a_target_answers_never_names_a_secret_of_ours()
    {
        Environment.SetEnvironmentVariable("KEPT_JOURNEY_SECRET", "very-secret-value");
        var asked = new List<string>();
        await using var shop = Site(_ => ScriptedPeer.Ok("""{"token":"${env:KEPT_JOURNEY_SECRET}","id":1}"""), asked);
        await LookAsync(Account(shop, Login(shop)));
        Assert.Equal(2, asked.Count);
        Assert.DoesNotContain("very-secret-value", string.Concat(asked), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inside_JSON_a_value_stays_one_value()
    {
        var asked = new List<string>();
        await using var shop = Site(_ => ScriptedPeer.Ok("""{"token":"a\",\"admin\":\"yes","id":1}"""), asked);
        var check = Looking.CheckOf("http", $"POST {shop.Url}/x", settings: [("body", new FieldValue.Text("""{"t":"${login.token}","n":${login.id}}"""))]) with { First = [Login(shop)] };
        (await LookAsync(check)).Answers();
        Assert.EndsWith("""{"t":"a\",\"admin\":\"yes","n":1}""", asked[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_of_a_step_carries_the_cookie_it_sets()
    {
        var asked = new List<string>();
        await using var shop = Site(head => head.StartsWith("POST", StringComparison.Ordinal) ? $"HTTP/1.1 302 On\r\nSet-Cookie: session={Session}; Path=/\r\nLocation: /home\r\nContent-Length: 0\r\n\r\n"
            : ScriptedPeer.Ok(head.Contains($"session={Session}", StringComparison.Ordinal) ? "in" : "out"), asked);
        var login = Looking.CheckOf("http", $"POST {shop.Url}/login", settings: ("redirects", new FieldValue.Text("follow"))) with { Name = "login" };
        var seen = await LookAsync(Step("home", $"{shop.Url}/home") with { First = [login] });
        Assert.Equal("in", seen.Text("http", "body"));
        Assert.Equal(3, asked.Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task One_time_out_holds_over_all_steps_while_one_drips(int dripping)
    {
        var asked = 0;
        await using var shop = ScriptedPeer.Tcp(async (stream, stop) =>
        {
            while (await ScriptedPeer.ReadHeadAsync(stream, stop) is not null)
            {
                if (Interlocked.Increment(ref asked) < dripping)
                {
                    await stream.WriteAsync(Encoding.UTF8.GetBytes(ScriptedPeer.Ok($$"""{"token":"{{Token}}","id":42}""")), stop);
                    continue;
                }
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"u8.ToArray(), stop);
                while (true)
                {
                    await stream.WriteAsync("x"u8.ToArray(), stop);
                    await Task.Delay(TimeSpan.FromMilliseconds(15), TimeProvider.System, stop);
                }
            }
        });
        var timeout = Duration.Milliseconds(600);
        var seen = await LookAsync(Account(shop, Login(shop)) with { Timeout = timeout });
        seen.Fails(TargetFailure.TimedOut, (dripping == 1 ? "step 1 `login`: " : "after 1 step: ") + "no whole answer within 600 ms: still reading the answer");
        Assert.InRange(seen.Phases.Total, timeout.Nanoseconds, timeout.Nanoseconds + 300 * Duration.PerMillisecond);
        Assert.Equal(dripping, seen.Steps.Length);
        Assert.Equal(-1, seen.Steps[^1].Code);
    }

    [Fact]
    public async Task A_secret_that_is_not_set_is_a_gap_that_names_the_step()
    {
        await using var shop = Shop();
        var login = Step("login", $"POST {shop.Url}/login", headers: ("Authorization", "Basic ${env:KEPT_NO_SUCH_SECRET}"));
        (await LookAsync(Step("account", shop.Url) with { First = [login] })).IsGap(GapCause.SecretMissing, "step 1 `login`: the environment variable KEPT_NO_SUCH_SECRET is not set");
    }

    [Fact]
    public async Task Steps_of_others_reach_nothing_inside()
    {
        await using var shop = Shop();
        (await LookAsync(Step("account", "https://public.example/") with { First = [Login(shop)] }, DocumentOrigin.Others)).IsGap(GapCause.EgressDenied, "step 1 `login`: ");
        Assert.Equal(0, shop.Connections);
    }

    [Fact]
    public async Task Steps_that_nobody_judges_are_a_gap_and_never_good()
    {
        await using var shop = Shop();
        using var dialer = new Dialer(new EgressOptions(), TimeProvider.System);
        var seen = await CheckCatalog.Looks(dialer, TimeProvider.System)["http"](new LookRequest(Account(shop, Login(shop)), DocumentOrigin.Ours), TestContext.Current.CancellationToken);
        seen.IsGap(GapCause.Fault, "nobody judges the steps");
    }

    private static string Everything(Observation seen) => string.Join('\n', seen.Values.Select(value => value is Value.Map map ? string.Join('\n', map.Entries.Select(entry => entry.Key + ": " + entry.Value)) : value?.ToString())
        .Append(seen.Excerpt).Append(seen.Detail));
}
