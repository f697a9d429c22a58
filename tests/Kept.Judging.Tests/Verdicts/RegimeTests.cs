using Kept.Model;
using Xunit;
using static Kept.Judging.Tests.Make;

namespace Kept.Judging.Tests.Verdicts;

/// <summary>What a regime says of its own few looks, and what nobody can say of those whose regime is not known.</summary>
public sealed class RegimeTests
{
    private static Regime Named(string name) => new(name, Is(Seen("status"), Value.Of(1m)), name, Place.None);

    private static readonly Promise Bands = Promise(Check(), Availability(95, "1h")) with { Regimes = [Named("low"), Named("high")] };

    // Its regime stands behind what a look measured: 0 low, 1 high, nothing: unknown.
    private static LookRecord At(int second, LookClass what, int? regime) => Look(Start + Duration.Seconds(second), what) with { Measured = [regime] };

    private static PromiseFold Fold(params IEnumerable<LookRecord> looks)
    {
        var fold = new PromiseFold(Bands, Us, Start);
        foreach (var look in looks) fold.Add(0, look);
        return fold;
    }

    [Fact]
    public void Good_looks_of_a_regime_from_before_another_one_do_not_heal_what_breaks_now()
    {
        // hours in low, all good; then high, where it breaks; the load falls, and low meets the same outage
        var looks = Enumerable.Range(0, 60).Select(i => At(10 * i, LookClass.Good, 0)).Concat(Enumerable.Range(60, 60).Select(i => At(10 * i, LookClass.Bad, 1))).Append(At(1200, LookClass.Bad, 0)).ToList();
        var low = Fold(looks).VerdictAt(Start + Duration.Seconds(1201), Nobody).Regimes[0];
        Assert.True(low.IsCurrent);
        Assert.Equal(Outcome.Unknown, low.Verdict.Lines[0].Outcome);
        Assert.Contains("not confirmed yet", low.Verdict.Lines[0].Reason, StringComparison.Ordinal);
        // and bad ones of long ago break nothing: the first good look is good
        var high = Fold([.. looks, At(3000, LookClass.Good, 0), At(3010, LookClass.Good, 1)]).VerdictAt(Start + Duration.Seconds(3011), Nobody).Regimes[1];
        Assert.True(high.IsCurrent);
        Assert.Equal(Outcome.Kept, high.Verdict.Lines[0].Outcome);
    }

    [Fact]
    public void One_bad_look_whose_regime_nobody_knows_breaks_nothing_but_many_in_a_row_do()
    {
        var looks = Enumerable.Range(0, 360).Select(i => At(10 * i, LookClass.Good, 0)).Append(At(3600, LookClass.Bad, null)).ToList();
        var verdict = Fold(looks).VerdictAt(Start + Duration.Seconds(3601), Nobody);
        Assert.Equal(Outcome.Unknown, verdict.Regimes[3].Verdict.Lines[1].Outcome);
        Assert.NotEqual(Outcome.Broken, verdict.Outcome);
        var down = Fold([.. looks, At(3610, LookClass.Bad, null), At(3620, LookClass.Bad, null)]).VerdictAt(Start + Duration.Seconds(3621), Nobody);
        Assert.Equal(Outcome.Broken, down.Outcome); // bad in whatever regime
    }

    [Fact]
    public void Without_a_check_there_is_nothing_to_tell_apart() =>
        Assert.Empty(new PromiseFold(Promise([]) with { Regimes = [Named("low")] }, Us, Start).ByRegime);
}
