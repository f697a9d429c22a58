using CsCheck;
using Xunit;

namespace Kept.Model.Tests;

public class NamesTests
{
    [Theory]
    [InlineData("storage/upload", "storage", "upload", 0)]
    [InlineData("storage/upload@2", "storage", "upload", 2)]
    [InlineData("image@12", "shop", "image", 12)]
    [InlineData("image", "shop", "image", 0)]
    public void A_promise_is_named_with_or_without_agent_and_line(string text, string agent, string promise, int line)
    {
        Assert.True(PromiseName.TryParse(text, "shop", out var name));
        Assert.Equal(new PromiseName(agent, promise, line), name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/x")]
    [InlineData("a/b/c")]
    [InlineData("a/b@")]
    [InlineData("a/b@0")]
    [InlineData("a/b@-1")]
    [InlineData("a/b@99999")]
    [InlineData("A/b")]
    [InlineData("a b")]
    [InlineData("a/ü")]
    public void What_is_no_name_is_refused(string text) => Assert.False(PromiseName.TryParse(text, "shop", out _));

    [Fact]
    public void Ids_survive_their_text_and_their_bytes_and_sort_by_time()
    {
        Gen.Select(Gen.Long[0, 281_474_976_710_655_000], Gen.Byte.Array[10]).Sample((at, randomness) =>
        {
            var id = Ulid.Mint(new Instant(at), randomness);
            return Ulid.TryParse(id.ToString(), out var read) && read == id && Ulid.FromBytes(id.ToByteArray()) == id
                && string.CompareOrdinal(Ulid.Mint(new Instant(at + 1000), randomness).ToString(), id.ToString()) > 0;
        });
    }

    [Fact]
    public void A_reference_without_a_line_means_the_newest_line_and_a_wish_never_hides_a_promise()
    {
        Promise Of(string name, int line, Standing standing) => new() { Name = new PromiseName("shop", name, line), Standing = standing, At = Place.None };
        var agent = new Agent { Id = "shop", At = Place.None, Promises = [Of("image", 1, Standing.Offered), Of("image", 2, Standing.Offered), Of("pay", 0, Standing.Offered)] };
        var other = new Agent { Id = "user", At = Place.None, ReliesOn = [new Reliance { Agent = "shop", At = Place.None, Wishes = [Of("pay", 0, Standing.Wished)] }] };
        var house = new House { Id = "h", Agents = [other, agent] };
        Assert.Equal(2, house.Find(new PromiseName("shop", "image", 0))!.Name.Line);
        Assert.Equal(1, house.Find(new PromiseName("shop", "image", 1))!.Name.Line);
        Assert.Null(house.Find(new PromiseName("shop", "image", 3)));
        Assert.False(house.Find(new PromiseName("shop", "pay", 0))!.IsWish);
    }

    [Theory]
    [InlineData(Outcome.Kept, true, "met")]
    [InlineData(Outcome.Broken, true, "unmet")]
    [InlineData(Outcome.Unknown, true, "unknown")]
    [InlineData(Outcome.Broken, false, "broken")]
    [InlineData(Outcome.NotAPromise, false, "not a promise")]
    public void A_wish_is_met_or_unmet_never_kept(Outcome outcome, bool isWish, string word) => Assert.Equal(word, outcome.Word(isWish));

    [Fact]
    public void Outcomes_survive_the_wire()
    {
        foreach (var outcome in Enum.GetValues<Outcome>()) Assert.Equal(outcome, Outcomes.FromWire(outcome.Wire()));
        Assert.Equal(Outcome.Unknown, Outcomes.FromWire("splendid"));
    }
}
