using Xunit;

namespace Kept.Model.Tests;

public class HouseTests
{
    [Fact]
    public void A_promise_that_a_rule_finds_wanting_is_a_draft_and_offered_again_once_it_is_mended()
    {
        var file = new SourceFile("web.kept.yaml");
        var house = new House { Id = "shop", Agents = [new Agent { Id = "web", At = new Place(file, 1, 1, 3), Promises = [Made("web", "home", Standing.Offered, file), Made("web", "basket", Standing.Offered, file)] }] };
        var name = house.Agents[0].Promises[0].Name;
        _ = house.ByName; // built before: it must not tell of the promises from then
        var found = house.Found([new Diagnostic("R01", Severity.Error, Place.None, "wrong", null, name), new Diagnostic("R40", Severity.Warning, Place.None, "advice", null, house.Agents[0].Promises[^1].Name)]);
        Assert.Equal(Standing.Draft, found.ByName[name].Standing);
        Assert.All(found.Promises.Where(promise => promise.Name != name), promise => Assert.NotEqual(Standing.Draft, promise.Standing));
        Assert.Equal(Standing.Offered, found.Found([]).ByName[name].Standing);
    }

    [Fact]
    public void Without_the_places_of_fields_it_is_the_same_house_and_finds_its_own_promises()
    {
        var file = new SourceFile("web.kept.yaml");
        var (own, wish) = (Made("web", "home", Standing.Offered, file), Made("bank", "pay", Standing.Wished, file));
        var house = new House
        {
            Id = "shop",
            Agents =
            [
                new Agent
                {
                    Id = "web", At = new Place(file, 1, 1, 3), FieldPlaces = [new("until", new Place(file, 2, 1, 5))], Promises = [own],
                    ReliesOn = [new Reliance { Agent = "bank", Wishes = [wish], At = new Place(file, 20, 1, 4) }],
                },
            ],
        };
        Assert.Same(own, house.ByName[own.Name]);
        var less = house.WithoutFieldPlaces();
        Assert.Equal(house.Promises.Select(promise => (promise.Name, promise.TermsHash, promise.At)), less.Promises.Select(promise => (promise.Name, promise.TermsHash, promise.At)));
        foreach (var promise in less.Promises)
        {
            Assert.Empty(promise.FieldPlaces);
            Assert.Equal(promise.At, promise.PlaceOf("keeps"));
            Assert.Same(promise, less.ByName[promise.Name]);
        }
        Assert.NotEmpty(own.FieldPlaces); // the house from before stays as it was
        Assert.Same(own, house.ByName[own.Name]);
    }

    private static Promise Made(string agent, string name, Standing standing, SourceFile file) => new()
    {
        Name = new PromiseName(agent, name, 1),
        Standing = standing,
        TermsHash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name))),
        At = new Place(file, 10, 3, 6),
        FieldPlaces = [new("keeps", new Place(file, 12, 5, 5))],
    };
}
