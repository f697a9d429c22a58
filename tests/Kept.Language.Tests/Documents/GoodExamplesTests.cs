using Kept.Checks;
using Kept.Model;
using Kept.TestKit;
using Xunit;

namespace Kept.Language.Tests.Documents;

public sealed class GoodExamplesTests
{
    private static readonly string Root = Repository.PathOf("examples", "good");

    /// <summary>A folder with a house.yaml is one house; every other file is a house of its own.</summary>
    public static TheoryData<string> Examples =>
    [
        .. Directory.GetDirectories(Root).SelectMany(folder => File.Exists(Path.Combine(folder, "house.yaml")) ? [folder] : Directory.GetFiles(folder, "*kept.yaml", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Root, path)).Order(StringComparer.Ordinal),
    ];

    internal static HouseReading Read(string folder)
    {
        var (files, problems) = HouseFolder.ReadFiles(Path.Combine(Root, folder));
        Assert.Empty(problems);
        return HouseReader.Read(files, folder, CheckCatalog.Kinds);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void A_good_example_reads_without_errors(string example)
    {
        var reading = Read(example);
        Assert.True(reading.House is not null, Houses.Shown(reading));
        Assert.DoesNotContain(reading.Diagnostics, diagnostic => diagnostic.Severity == Severity.Error);
        Assert.Equal(example, reading.House.Id);
    }

    [Fact]
    public void The_example_of_the_language_is_read_whole()
    {
        var house = Read("live-show").House!;
        Assert.Equal(["live-show", "own", "queue", "storage"], house.Agents.Select(agent => agent.Id));
        var show = house.Agents[0];
        Assert.Equal((AgentKind.Business, "Live Show"), (show.Kind, show.Name));
        Assert.Equal(["live-show.example"], show.Domains);
        Assert.Equal("2027-12-31T00:00:00Z", show.Until.ToString());
        Assert.Equal(("engineer on call", Duration.Minutes(15)), (show.Contacts[0].Role, show.Contacts[0].Answers!.Value));
        Assert.Equal(("200/s", "36000/7d", 15), (show.Attention!.Checks.ToString(), show.Attention.People.ToString(), show.Attention.Relationships));
        Assert.Equal(new LoadSource("http_requests_per_second", "https://live-show.example/metrics"), show.Load);
        Assert.Equal(("picture-lag", Dimension.Time, Direction.Provider), (show.Types[0].Name, show.Types[0].Dimension, show.Types[0].Direction));
        var calendar = Assert.Single(show.Calendars);
        Assert.Equal([new WeeklySpan((4 * 1440) + (20 * 60) + 30, (4 * 1440) + (22 * 60))], calendar.Open);
        Assert.Equal(["load=500/s", "people=30000"], calendar.Forecast.Select(pair => $"{pair.Key}={pair.Value}"));
    }

    [Fact]
    public void The_promise_of_the_example_has_all_its_fields()
    {
        var house = Read("live-show").House!;
        var image = house.ByName[new PromiseName("live-show", "image", 2)];
        Assert.Equal(("2.1", Standing.Offered, Duration.Days(30)), (image.Version, image.Standing, image.Notice!.Value));
        Assert.Equal(["viewers", "broadcaster"], image.To);
        Assert.Equal(["latency p95 <= 5s over 1h", "availability >= 99.5% over 30d", "picture-lag p95 <= 10s over 1h"], image.Keeps.Select(objective => objective.Text));
        Assert.Equal("load <= 500/s and during show", ExpressionText.Of(image.Given!));
        Assert.Equal("storage/upload and (aws/render or own/render) and queue/deliver", ExpressionText.Of(image.Uses!));
        Assert.Equal(("500/s", 2000m, "429 with Retry-After", "2 working days"), (image.Limits!.Load.ToString(), image.Limits.Burst, image.Limits.Beyond!.ToString(), image.Limits.Raise));
        var failure = Assert.Single(image.Fails);
        Assert.Equal((503, "image-later", new PromiseName("live-show", "plain-image", 1)), (failure.Code.Status, failure.Code.Name, failure.Becomes));
        Assert.Equal((Duration.Hours(72), Duration.Hours(4), Duration.Days(30)), (image.Maintenance!.Announced, image.Maintenance.UpTo, image.Maintenance.Per));
        var check = Assert.Single(image.Checks);
        Assert.Equal(("http", "POST", "live-show.example", Duration.Seconds(10), Duration.Seconds(5), "2 of 3"),
            (check.Name, check.Target.Method, check.Target.Host, check.Every, check.Timeout, check.Confirm.ToString()));
        Assert.Equal(4, check.Expect.Length);
        Assert.Equal("picture-lag", check.Measures[0].Quantity.Name);
        Assert.Equal(64, image.TermsHash.Length);
        Assert.Equal("2.1", image.Version);
    }

    [Fact]
    public void A_shadow_record_gives_a_wish_with_the_name_of_the_other_agent()
    {
        var house = Read("live-show").House!;
        var aws = house.Agents[0].ReliesOn.Single(reliance => reliance.Agent == "aws");
        Assert.True(aws.IsShadow);
        Assert.Equal(["aws-eu-west"], aws.RunsOn);
        var wish = Assert.Single(aws.Wishes);
        Assert.Equal(("aws/render", Standing.Wished), (wish.Name.ToString(), wish.Standing));
        Assert.Equal("availability >= 99.9% over 30d", Assert.Single(wish.Keeps).Text);
        Assert.Same(wish, house.Find(new PromiseName("aws", "render", 0)));
        var storage = house.Agents[0].ReliesOn.Single(reliance => reliance.Agent == "storage").Accepts.Single();
        Assert.Equal(("upload", 1, "viewer uploads", "rate <= 500/s"), (storage.Promise, storage.Line, storage.Purpose, storage.Use!.Text));
    }

    [Fact]
    public void What_stands_on_a_wish_is_a_warning_with_its_place()
    {
        var warning = Assert.Single(Read("live-show").Diagnostics);
        Assert.Equal(("L030", Severity.Warning, "aws/render".Length), (warning.Code, warning.Severity, warning.At.Length));
        Assert.Equal("aws/render", warning.LineText!.Substring(warning.At.Column - 1, warning.At.Length));
        Assert.Equal(new PromiseName("live-show", "image", 2), warning.Promise);
    }

    [Fact]
    public void Fields_know_their_places()
    {
        var image = Read("live-show").House!.ByName[new PromiseName("live-show", "image", 2)];
        Assert.Equal("live-show.kept.yaml", image.At.File.Path);
        Assert.True(image.PlaceOf("given").Line > image.At.Line);
        Assert.Equal(image.PlaceOf("given") with { Length = 13 }, image.Given!.Children.First().At);
    }
}
