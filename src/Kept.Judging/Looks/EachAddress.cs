using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Judging;

/// <summary>
/// Judges a look at each address behind a name: every address by itself, and the look is as good as the worst of them. Bad is worse than what could not be looked at, and
/// of those alike the slowest decides; so no address is averaged away, and none that nobody could ask counts as good. Pure.
/// </summary>
internal static class EachAddress
{
    /// <summary>What the deciding address showed, with all of them beside it.</summary>
    public static Observation Deciding(Check check, Observation seen)
    {
        var at = Worst(seen, [.. seen.Each.Select(one => Judge.ClassOf(check, one.Seen))]);
        return seen.Each[at].Seen with { Each = seen.Each };
    }

    /// <summary>The whole look, of which it is known that it was in force.</summary>
    public static JudgedLook Look(Check check, Observation seen, Judged inForce)
    {
        var judged = seen.Each.Select(one => Judge.Look(check, one.Seen, inForce)).ToImmutableArray();
        var at = Worst(seen, [.. judged.Select(one => one.Class)]);
        return new JudgedLook(judged[at].Class, new Account(seen.Each[at].Address, judged, at), judged[at].Measured)
        {
            Addresses = [.. judged.Select((one, i) => new AddressOutcome(seen.Each[i].Address, one.Class, one.Reason))],
        };
    }

    private static int Worst(Observation seen, ImmutableArray<LookClass> classes)
    {
        var worst = 0;
        for (var i = 1; i < classes.Length; i++)
            if ((Rank(classes[i]), seen.Each[i].Seen.Phases.Total).CompareTo((Rank(classes[worst]), seen.Each[worst].Seen.Phases.Total)) > 0)
                worst = i;
        return worst;
    }

    private static int Rank(LookClass kind) => kind switch { LookClass.Bad => 2, LookClass.Good => 0, _ => 1 };

    /// <summary>Names the address that decides, and says how many stand like it.</summary>
    private sealed class Account(string address, ImmutableArray<JudgedLook> judged, int at) : LookAccount
    {
        public override string Reason => judged[at].Class == LookClass.Good
            ? judged.Length == 1 ? $"{address}, its only address: {judged[at].Reason}" : $"all {judged.Length} addresses, the slowest {address}: {judged[at].Reason}"
            : $"{address} ({Counts()}): {judged[at].Reason}";

        public override ImmutableArray<ExpectationOutcome> Expectations => judged[at].Expectations;

        private string Counts()
        {
            var (bad, open) = (judged.Count(one => Rank(one.Class) == 2), judged.Count(one => Rank(one.Class) == 1));
            var of = judged.Length == 1 ? "its only address" : $"of {judged.Length} addresses";
            return judged.Length == 1 ? of : string.Join(", ", new[] { bad > 0 ? $"{bad} {of} failed" : null, open > 0 ? $"{open} {(bad > 0 ? "" : of + " ")}could not be looked at" : null }.Where(text => text is not null));
        }
    }
}
