using Xunit;

namespace Kept.Model.Tests;

public sealed class TidingsWordsTests
{
    [Fact]
    public void Every_single_tiding_has_its_word_and_back()
    {
        var single = Enum.GetValues<Tidings>().Where(one => System.Numerics.BitOperations.PopCount((uint)one) == 1).ToList();
        Assert.Equal(single, TidingsWords.All.Select(TidingsWords.Of));
        Assert.Equal(["broken", "not-a-promise"], TidingsWords.In(Tidings.Broken | Tidings.NotAPromise));
        Assert.Equal(TidingsWords.All, TidingsWords.In(Tidings.All));
        Assert.Empty(TidingsWords.In(Tidings.None));
        Assert.Equal((Tidings.None, Tidings.None), (TidingsWords.Of("brocken"), TidingsWords.Of(null)));
    }
}
