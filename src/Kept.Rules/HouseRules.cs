using System.Collections.Concurrent;
using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Rules;

/// <summary>What was last known of a promise's terms, to notice a change on the way.</summary>
/// <param name="Version">Its version as text.</param>
/// <param name="TermsHash">The hash of its terms.</param>
public sealed record TermsSeen(string Version, string TermsHash);

/// <summary>The rules that one house decides by itself, over a whole house at once.</summary>
public static class HouseRules
{
    private const int WorthSharing = 1_000; // promises; below it, waking other threads costs more than they take off

    /// <summary>
    /// Everything the rules find, ordered by file and place. A pure function: the same house, moment and memory give the same list. An error that names a
    /// promise makes that promise <i>not a promise</i>. Work grows with n log n of the promises. What needs another agent's document or signature
    /// is not answered; <see cref="Rule.NotDecidedHere"/> lists it.
    /// </summary>
    /// <param name="house">The house as read.</param>
    /// <param name="now">The moment expiry is judged at.</param>
    /// <param name="before">Terms as they were last seen, by name; null where nothing is remembered.</param>
    /// <param name="files">Reads the files that checks name; null: nothing is held against them.</param>
    public static ImmutableArray<Diagnostic> Check(House house, Instant now, IReadOnlyDictionary<PromiseName, TermsSeen>? before = null, ReadNamedFile? files = null) =>
        [.. Findings(house, now, before, files).Select(finding => finding.Diagnostic)];

    /// <summary>
    /// As <see cref="Check"/>, for a house that was not read from its documents: a compiled form may be damaged, or made by somebody else, in ways that no document could
    /// be written. Null where the rules cannot make sense of it; then read the documents, which is always right.
    /// </summary>
    public static ImmutableArray<Diagnostic>? CheckCompiled(House house, Instant now, IReadOnlyDictionary<PromiseName, TermsSeen>? before = null, ReadNamedFile? files = null)
    {
        try
        {
            return Check(house, now, before, files);
        }
        catch (Exception fault) when (fault is AggregateException several ? several.Flatten().InnerExceptions.All(IsOfDamage) : IsOfDamage(fault))
        {
            return null;
        }
    }

    private static bool IsOfDamage(Exception fault) =>
        fault is ArgumentException or ArithmeticException or InvalidOperationException or NullReferenceException or KeyNotFoundException or IndexOutOfRangeException;

    /// <summary>The next moment after <paramref name="now"/> at which <see cref="Check"/> finds something else in the same house, because a term passes; null where none will.</summary>
    public static Instant? NextChange(House house, Instant now)
    {
        Instant? next = null;
        foreach (var moment in Expiry.MomentsOf(house))
            if (moment > now && (next is null || moment < next))
                next = moment;
        return next;
    }

    internal static IReadOnlyList<Finding> Findings(House house, Instant now, IReadOnlyDictionary<PromiseName, TermsSeen>? before = null, ReadNamedFile? files = null)
    {
        var context = new RuleContext(house, now, before, files);
        var checks = RuleCatalog.Rules.Select(rule => rule.Check).OfType<Func<RuleContext, IEnumerable<Finding>>>();
        // Each rule looks at the same house and at nothing of the others.
        var found = house.Agents.Sum(agent => agent.Promises.Length) < WorthSharing ? checks.SelectMany(check => check(context)).ToList()
            : Partitioner.Create(checks, EnumerablePartitionerOptions.NoBuffering).AsParallel().AsOrdered().Select(check => check(context).ToList()).ToList().SelectMany(findings => findings);
        // OrderBy is stable, so findings of one place stay in the order of the catalogue.
        return [.. found.OrderBy(f => f.Diagnostic.At.File?.Path ?? "", StringComparer.Ordinal).ThenBy(f => f.Diagnostic.At.Line).ThenBy(f => f.Diagnostic.At.Column)];
    }
}
