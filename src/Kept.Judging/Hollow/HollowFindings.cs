using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Judging;

/// <summary>What can be said against checks and objectives without asking anybody: diagnostics with codes of their own. All are warnings; pure.</summary>
public static class HollowFindings
{
    private static readonly Duration RenewalLead = Duration.Days(7);

    /// <summary>All findings of one promise, in the order of its checks and objectives.</summary>
    public static ImmutableArray<Diagnostic> Of(HollowPromise analysed)
    {
        var promise = analysed.Promise;
        var found = ImmutableArray.CreateBuilder<Diagnostic>();
        foreach (var check in analysed.Checks)
        {
            found.AddRange(OfCheck(check, promise));
            found.AddRange(MissUses.Findings(check, analysed));
        }
        foreach (var objective in promise.Keeps)
            if (WindowFindings.Of(objective, promise) is { } finding)
                found.Add(finding);
        return found.ToImmutable();
    }

    /// <summary>Findings of many promises, without those that another diagnostic tells already: of the same place, or of a promise that is none anyway.</summary>
    /// <param name="told">What readers and rules have found.</param>
    public static ImmutableArray<Diagnostic> Of(IEnumerable<HollowPromise> analysed, IEnumerable<Diagnostic> told) => Untold(analysed.SelectMany(promise => Of(promise)), told);

    /// <summary>Regimes of a whole house that are never judged: which load our own looks make on a host is known of all promises together.</summary>
    public static IEnumerable<Diagnostic> OfRegimes(House house, Func<bool>? isEnough = null) => RegimeFindings.Of(house, isEnough);

    /// <summary>Findings without those that another diagnostic tells already.</summary>
    /// <param name="findings">As found, of any number of promises.</param>
    /// <param name="told">What readers and rules have found.</param>
    public static ImmutableArray<Diagnostic> Untold(IEnumerable<Diagnostic> findings, IEnumerable<Diagnostic> told)
    {
        var (places, lost) = (new HashSet<Place>(), new HashSet<PromiseName>());
        foreach (var diagnostic in told)
        {
            places.Add(diagnostic.At);
            if (diagnostic is { Severity: Severity.Error, Promise: { } name }) lost.Add(name);
        }
        return [.. findings.Where(finding => !places.Contains(finding.At) && !(finding.Code == HollowCodes.CannotPass && lost.Contains(finding.Promise!)))];
    }

    private static IEnumerable<Diagnostic> OfCheck(HollowCheck analysed, Promise promise)
    {
        var check = analysed.Check;
        Diagnostic Says(string code, Place at, string message, string help) => new(code, Severity.Warning, at.IsKnown ? at : check.At, message, help, promise.Name);
        if (analysed.State == HollowState.CannotPass)
        {
            var (line, alone) = Impossible(check);
            yield return Says(HollowCodes.CannotPass, line?.Test.At ?? check.At,
                line is null ? $"no answer can satisfy the check `{check.Name}`: {analysed.Why}" : alone ? $"no answer can satisfy `{line.Text}`: {analysed.Why}" : $"no answer can satisfy `{line.Text}` and what stands before it: {analysed.Why}",
                "write what a good answer shows; where either of two will do, join them with `or`");
            yield break;
        }
        var always = check.Expect.Where(line => CannotFail(line, check)).ToList();
        foreach (var line in always)
            yield return Says(HollowCodes.CannotFail, line.Test.At, $"`{line.Text}` is true of every answer", "leave it out, or write the bound that a bad answer crosses");
        // The strongest of them warns first, so the others do no harm.
        if (check.Expect.Where(line => !always.Contains(line)).MaxBy(line => Guard(line.Test)?.Nanoseconds ?? long.MinValue) is { } strongest && Guard(strongest.Test) is { } guard
            && guard < RenewalLead && !analysed.Accepted.Any(one => one.Missed.Failure == "certificate-expiring"))
        {
            yield return Says(HollowCodes.GuardTooShort, strongest.Test.At, $"`{strongest.Text}` notices a certificate when {(guard > Duration.Zero ? $"less than {guard.ToWords()} is left" : "it has expired")}, too late for a renewal that fails over a weekend",
                    "authorities advise to renew 30 days before a certificate of 90 days ends; write `certificate.expires-in > 14d`, or at least 7d");
        }
        if (analysed.State != HollowState.Analysed) yield break;
        var grave = analysed.Missed.Where(missed => missed.IsGrave).Select(missed => missed.Words).Distinct().ToList();
        if (check.Expect.IsEmpty)
        {
            if (grave.Count > 0)
                yield return Says(HollowCodes.NothingExpected, check.At, $"the check `{check.Name}` is content with any answer: {HollowWords.Some(grave, 3)} would pass", Expect(check));
        }
        else if (grave.Count > 0 && check.Expect.All(line => AskedFields.In(line.Test).All(asked => asked.Name == "time" || asked.Name.StartsWith("time.", StringComparison.Ordinal))))
            yield return Says(HollowCodes.OnlyTime, check.Expect[0].Test.At, $"only the time of an answer is asked: {HollowWords.Some(grave, 3)} would pass where it comes quickly", Expect(check));
        else if (MissingPasses(analysed) is { } line)
            yield return Says(HollowCodes.MissingPasses, line.Test.At, $"`{line.Text}` is true of an answer without such content, and nothing else of the check notices",
                "add a line that only a good answer satisfies, such as `body.status == 'ok'` or `has(body.items)`");
    }

    private static string Expect(Check check) => check.Kind.IndexOf("status") >= 0 ? "add `status in 200..299`, and a line about the content that only a good answer has"
        : "add a line under `expect` that only a good answer satisfies, such as " + (check.Kind.Sees.FirstOrDefault(seen => seen.Form is ObservedForm.Flag) is { } flag ? $"`{flag.Name}`" : check.Kind.Sees.FirstOrDefault(seen => seen.Typical is Value.Text) is { Typical: { } value } text ? $"`{text.Name} == {value}`" : "one about its content");

    /// <summary>The line with which it becomes impossible, and whether it is so by itself.</summary>
    private static (Expectation? Line, bool Alone) Impossible(Check check)
    {
        foreach (var line in check.Expect)
            if (GoodLook.Of(check with { Expect = [line] }).IsProven)
                return (line, true);
        for (var i = 2; i <= Math.Min(check.Expect.Length, 64); i++)
            if (GoodLook.Of(check with { Expect = check.Expect[..i] }).IsProven)
                return (check.Expect[i - 1], false);
        return (null, false);
    }

    /// <summary>
    /// Whether a line is true of every answer: it speaks only of what each answer has, so that it is never unknown, and nothing makes it false.
    /// </summary>
    private static bool CannotFail(Expectation line, Check check)
    {
        var always = (check.Kind.Typical?.Invoke(check) ?? []).Where(pair => pair.Value is not null).Select(pair => pair.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var asked in AskedFields.In(line.Test))
            if (!asked.Path.IsEmpty || check.Kind.IndexOf(asked.Name) is not (var at and >= 0) || check.Kind.Sees[at] is { Optional: true } or { Form: not (ObservedForm.Quantity or ObservedForm.Flag) } || (IsPhase(asked.Name) && !always.Contains(asked.Name)))
                return false;
        if (line.Test.SelfAndDescendants().Any(node => node is Expression.Has or Expression.OverItems)) return false;
        return GoodLook.Of(check with { Expect = [new Expectation("", new Expression.Not(line.Test.At, line.Test))] }).IsProven && GoodLook.Of(check with { Expect = [line] }).Seen is not null;
    }

    /// <summary>Phases of connecting are missing where a connection was kept, and what TLS tells where it is not spoken.</summary>
    private static bool IsPhase(string name) => name.StartsWith("time.", StringComparison.Ordinal) || name.StartsWith("certificate.", StringComparison.Ordinal);

    /// <summary>The longest lead that a line about the certificate leaves.</summary>
    private static Duration? Guard(Expression test)
    {
        Duration? longest = null;
        foreach (var node in test is Expression.And and ? and.Parts : [test])
        {
            var (seen, comparison, written) = node switch
            {
                Expression.Compare { Left: Operand.Seen left, Right: Operand.Literal right } compare => (left, compare.Operator, right.Value),
                Expression.Compare { Left: Operand.Literal left, Right: Operand.Seen right } turned => (right, Asks.Turned(turned.Operator), left.Value),
                _ => (null, default, null),
            };
            if (seen is { Name: "certificate.expires-in" } && comparison is Comparison.Greater or Comparison.GreaterOrEqual && written is Value.Measured { Quantity: { Dimension: Dimension.Time } least } && (longest is null || least.AsDuration > longest))
                longest = least.AsDuration;
        }
        return longest;
    }

    /// <summary>
    /// A line about content that is true of an answer without any: `not has(body.error)` of a page of HTML. Only where nothing else notices, and never of a line that
    /// also speaks of something else, which then may be what it is about.
    /// </summary>
    private static Expectation? MissingPasses(HollowCheck analysed)
    {
        var check = analysed.Check;
        if (analysed.Accepted.Any(one => one.Missed.Failure == "body-html")) return null;
        var healthy = new HealthyLook(check, analysed.Healthy!, [], Duration.Zero);
        if (healthy.Content is null) return null;
        var bare = healthy.AnswersBody("", StandardFailures.MaintenancePage, "text/html").Seen;
        if (Judge.ClassOf(check, bare) != LookClass.Good) return null;
        return check.Expect.FirstOrDefault(line => AskedFields.In(line.Test).ToList() is { Count: > 0 } asked
            && asked.TrueForAll(field => !field.Path.IsEmpty && check.Kind.IndexOf(field.Name) is var at and >= 0 && check.Kind.Sees[at].Form == ObservedForm.Body));
    }
}
