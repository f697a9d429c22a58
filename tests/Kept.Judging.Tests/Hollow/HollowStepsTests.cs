using Kept.Model;
using Xunit;

namespace Kept.Judging.Tests.Hollow;

/// <summary>Steps that lead to a check are tried with failures of their own.</summary>
public class HollowStepsTests
{
    private static readonly CheckKind Kind = Make.Http with { Failures = ["refused", "body-html", "field-missing", StandardFailures.Answering("status-500", "an answer 500", _ => [("status", Value.Of(500m))])] };

    private static readonly Expectation Status200 = new("status == 200", Make.Is(Make.Seen("status"), Value.Of(200m)));
    private static readonly Expectation Content = new("body.name == 'Ada'", Make.Is(Make.Seen("body", "name"), Value.Of("Ada")));

    private static Check Named(string name, params Expectation[] expect) => Make.Check(kind: Kind, timeout: "5s", expect: expect) with { Name = name };

    private static Taking Token => new("token", (Operand.Seen)Make.Seen("body", "token"), null, "body.token");

    private static HollowPromise Of(Check check) => HollowPromise.Of(Make.Promise([check]), default);

    [Fact]
    public void A_step_that_expects_and_takes_nothing_is_hollow()
    {
        var hollow = Of(Named("account", Status200, Content) with { First = [Named("login")] });
        Assert.Equal(["login", "account"], hollow.Checks.Select(one => one.Check.Name));
        Assert.Contains(hollow.Missed, missed => missed.Check.Name == "login" && missed.Failure.Failure == "status-500");
        Assert.DoesNotContain(hollow.Missed, missed => missed.Check.Name == "account");
        Assert.Contains(HollowFindings.Of(hollow), finding => finding.Code == HollowCodes.NothingExpected && finding.Message.Contains("`login`", StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_step_takes_must_be_there_and_so_notices()
    {
        var hollow = Of(Named("account", Status200, Content) with { First = [Named("login", Status200) with { Takes = [Token] }] });
        Assert.DoesNotContain(hollow.Missed, missed => missed.Failure.Failure is "field-missing" or "body-html" or "status-500");
        Assert.DoesNotContain(HollowFindings.Of(hollow), finding => finding.Code == HollowCodes.NothingExpected);
    }

    [Fact]
    public void A_last_step_that_expects_nothing_is_hollow_however_careful_the_first_is()
    {
        var hollow = Of(Named("account") with { First = [Named("login", Status200) with { Takes = [Token] }] });
        Assert.Contains(HollowFindings.Of(hollow), finding => finding.Code == HollowCodes.NothingExpected && finding.Message.Contains("`account`", StringComparison.Ordinal));
    }
}
