using Kept.Model;

namespace Kept.Rules;

/// <summary>R09. A promise is verifiable by those it is made to.</summary>
internal static class Verifiable
{
    private static readonly RuleClause NoMethod = new("R09", "no-method", Severity.Error, "nothing says how to verify it");
    private static readonly RuleClause NoLook = new("R09", "no-look", Severity.Error, "an objective is about a quantity that no look decides");
    private static readonly RuleClause OwnWord = new("R09", "own-word", Severity.Warning, "only heartbeats, which its promisees do not receive, verify it");
    private static readonly RuleClause OwnProgram = new("R09", "own-program", Severity.Warning, "only programs of this machine, which its promisees do not have, verify it");
    private static readonly RuleClause LocalOnly = new("R09", "local-only", Severity.Warning, "it is made to anyone, but only this machine or network can look");
    private static readonly RuleClause Secret = new("R09", "secret", Severity.Information, "looking needs a secret");

    public static readonly Rule Rule = new(
        "R09", Severity.Error, "Verifiable by the promisee",
        "A promise needs a check that those it is made to could run themselves, at the boundary where they meet the service. A promise without a check of its own is judged by what it "
        + "`uses`; without either, nobody can ever say that it was kept.",
        RuleTheme.WhatIsAPromise, RuleSource.Second, [NoMethod, NoLook, OwnWord, OwnProgram, LocalOnly, Secret],
        [
            new("each promisee reaches the target from where it stands", "only a look from its place can tell; an address of this machine or of a private network is warned about"),
            new("the promisee holds the access it needs", "secrets are given between people, not in a document"),
        ])
    {
        DecidedByReader = [new("a quantity that no check of the promise measures", "L031")],
        Check = Check,
    };

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        foreach (var (agent, promise) in context.Promises)
        {
            if (promise.Checks.IsEmpty && promise.Uses is null)
            {
                yield return NoMethod.At(promise.PlaceOf("check"), $"nothing says how to verify {Wording.Own(promise)}",
                    "add `check:`, as in `check: { http: 'GET https://…/health', every: 60s, expect: [ status == 200 ] }`", promise.Name);
                continue;
            }
            foreach (var objective in promise.Keeps)
                if (objective.Quantity.Source == QuantitySource.Surroundings && !promise.Checks.Any(check => check.Measures.Any(measure => measure.Quantity.Name == objective.Quantity.Name)))
                    yield return NoLook.At(objective.At.IsKnown ? objective.At : promise.PlaceOf("keeps"), $"no look decides `{objective.Quantity.Name}`, so `{objective.Text}` can never be verified",
                        $"state it as a limit: `limits: {{ load: {objective.Target} }}`", promise.Name);
            foreach (var finding in Reach(context, agent, promise))
                yield return finding;
        }
    }

    private static IEnumerable<Finding> Reach(RuleContext context, AgentView agent, Promise promise)
    {
        if (promise.Checks.IsEmpty) yield break;
        var active = promise.Checks.Where(check => !check.Kind.IsPassive).ToList();
        if (active.Count == 0)
        {
            // Silence is our own observation where the call comes to us, so a heartbeat is evidence for this house, and hearsay for all others.
            if (IsWithin(context, agent, promise)) yield break;
            yield return OwnWord.At(promise.Checks[0].At, $"only heartbeats verify {Wording.Own(promise)}, and its promisees do not receive them",
                "add a check that promisees can run, such as the age of the last result, or make the promise to agents of this house", promise.Name);
            yield break;
        }
        // What a program of this machine says is what we saw ourselves: evidence for this house, and nothing that others could run.
        if (active.TrueForAll(IsProgram))
        {
            if (!IsWithin(context, agent, promise))
                yield return OwnProgram.At(active[0].At, $"only a program of this machine verifies {Wording.Own(promise)}, and its promisees do not have it",
                    "add a check that promisees can run from where they stand, or make the promise to agents of this house", promise.Name);
        }
        else if (promise.IsToAnyone() && active.TrueForAll(check => IsProgram(check) || DomainSet.IsLocalOnly(check.Target.Host)))
        {
            var local = active.Find(check => !IsProgram(check))!;
            yield return LocalOnly.At(local.At, $"{Wording.Own(promise)} is made to anyone, but {local.Target.Host} can be reached from this machine or network only",
                "check the address that promisees use, or name in `to` those who can reach it", promise.Name);
        }
        if (active.Find(NeedsSecret) is { } check && !promise.To.All(promisee => context.ViewOf(promisee) is not null))
            yield return Secret.At(check.At, $"looking at {Wording.Own(promise)} needs a secret that its promisees may not have",
                "say in `docs` how they get access, or check something open", promise.Name);
    }

    /// <summary>It looks, and dials nobody: what looks stands on this machine.</summary>
    private static bool IsProgram(Check check) => !check.Kind.IsPassive && check.Target.Host.Length == 0;

    /// <summary>All whom it is made to are of this house, and see what the house sees.</summary>
    private static bool IsWithin(RuleContext context, AgentView agent, Promise promise) =>
        !promise.To.IsEmpty && promise.To.All(promisee => context.ViewOf(promisee) is not null || promisee == agent.Agent.MemberOf);

    private static bool NeedsSecret(Check check) => check.First.Any(NeedsSecret) || IsSecret(check.Target.Text) || check.Settings.Values.Any(value => value switch
    {
        FieldValue.Text text => IsSecret(text.Content),
        FieldValue.Texts texts => texts.Items.Any(IsSecret),
        FieldValue.TextMap map => map.Items.Any(item => IsSecret(item.Value)),
        _ => false,
    });

    private static bool IsSecret(string text) => text.Contains("${env:", StringComparison.Ordinal) || text.Contains("${file:", StringComparison.Ordinal);
}
