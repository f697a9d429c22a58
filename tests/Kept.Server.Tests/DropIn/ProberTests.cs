using System.Collections.Frozen;
using System.Net;
using Kept.Checks;
using Kept.Model;
using Kept.Server.DropIn;
using Xunit;

namespace Kept.Server.Tests.DropIn;

/// <summary>How many may probe at once, for how long, and what is read for it.</summary>
public sealed class ProberTests : IDisposable
{
    private static readonly CheckKind Kind = CheckCatalog.Kinds.Single(kind => kind.Name == "tcp");
    private static readonly IPAddress Greedy = IPAddress.Parse("192.0.2.7"), Modest = IPAddress.Parse("192.0.2.8");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kept-prober");
    private readonly List<LookRequest> _looks = [];
    private int _files, _targets;

    public ProberTests() => File.WriteAllText(Path.Combine(_folder.FullName, "modules.yml"), "modules: {}\n");

    public void Dispose() => _folder.Delete(recursive: true);

    private static Check CheckOf(string target) => new("tcp", Kind, Kind.ReadTarget(target).Target!, FrozenDictionary<string, FieldValue>.Empty, Duration.Minutes(4), Duration.Minutes(2), Confirmation.AtOnce, [], [], Place.None);

    private Prober Prober(Func<LookRequest, Task<Observation>> look, Action? whileRead = null) => new(
        () => throw new InvalidOperationException("nobody asks for the house"),
        new Dictionary<string, Look> { ["tcp"] = async (request, _) => { lock (_looks) _looks.Add(request); return await look(request); } }.ToFrozenDictionary(),
        _folder.FullName,
        _ =>
        {
            Interlocked.Increment(ref _files);
            return (module, target) =>
            {
                Interlocked.Increment(ref _targets);
                whileRead?.Invoke();
                return module == "nobody" ? null : (CheckOf(target), null);
            };
        },
        TimeProvider.System);

    private static Observation Well => new() { StartedAt = Instant.From(DateTimeOffset.UnixEpoch), Reach = Reach.Answered, Phases = Phases.None, Values = [.. Kind.Sees.Select(_ => (Value?)null)] };

    private static Task<Probed> AskAsync(Prober prober, IPAddress? from, int atOnce = 4, string module = "m", string target = "shop.example:1", string? timeout = null) =>
        prober.ProbeAsync(new ProbeSettings("modules.yml", true, atOnce), module, target, timeout, from, TestContext.Current.CancellationToken);

    [Fact]
    public async Task One_address_holds_no_more_than_half_of_the_places()
    {
        var go = new TaskCompletionSource();
        var prober = Prober(async _ =>
        {
            await go.Task;
            return Well;
        });
        var under = new List<Task<Probed>> { AskAsync(prober, Greedy), AskAsync(prober, Greedy) };
        var refused = await AskAsync(prober, Greedy);
        Assert.Equal((503, "2 probes of yours are under way already; ask again in a moment"), (refused.Status, refused.Text));
        under.Add(AskAsync(prober, Modest));
        under.Add(AskAsync(prober, null)); // this machine, where a proxy bounds its own callers
        Assert.Equal("4 probes are under way already; ask again in a moment", (await AskAsync(prober, null)).Text);
        go.SetResult();
        Assert.All(await Task.WhenAll(under), probed => Assert.Equal(200, probed.Status));
        for (var i = 0; i < 3; i++) Assert.Equal(200, (await AskAsync(prober, Greedy)).Status); // every place was given back
        Assert.Equal(200, (await AskAsync(prober, Greedy, atOnce: 1)).Status);
    }

    [Theory]
    [InlineData(null, 119_500)]
    [InlineData("", 119_500)]
    [InlineData("0", 119_500)]
    [InlineData("10", 9_500)]
    [InlineData("0.5", 1)]
    [InlineData("0.1", 1)]
    [InlineData("-7", 1)]
    [InlineData("-79228162514264337593543950335", 1)]
    [InlineData("79228162514264337593543950335", 120_000)]
    [InlineData("1e9", 120_000)]
    public async Task A_look_is_bounded_whatever_the_header_says(string? header, int milliseconds)
    {
        Assert.Equal(200, (await AskAsync(Prober(_ => Task.FromResult(Well)), null, timeout: header)).Status);
        Assert.Equal(Duration.Milliseconds(milliseconds), Assert.Single(_looks).Check.Timeout);
    }

    [Fact]
    public async Task Modules_are_read_once_and_texts_of_targets_beside_each_other_within_the_places()
    {
        using var both = new Barrier(2);
        var prober = Prober(_ => Task.FromResult(Well), () => Assert.True(both.SignalAndWait(TimeSpan.FromSeconds(60))));
        // each waits for the other to be read: under one lock neither would end
        var two = await Task.WhenAll(Task.Run(() => AskAsync(prober, null, target: "a.example:1")), Task.Run(() => AskAsync(prober, null, target: "b.example:1")));
        Assert.All(two, probed => Assert.Equal(200, probed.Status));
        Assert.Equal(200, (await AskAsync(prober, null, target: "a.example:1")).Status);
        Assert.Equal((1, 2), (_files, _targets));

        var go = new TaskCompletionSource();
        var full = Prober(async _ =>
        {
            await go.Task;
            return Well;
        });
        var held = AskAsync(full, null, atOnce: 1);
        _targets = 0;
        Assert.Equal(503, (await AskAsync(full, null, atOnce: 1, target: "other.example:1")).Status);
        Assert.Equal(503, (await AskAsync(full, null, atOnce: 1, module: "nobody")).Status);
        Assert.Equal(0, _targets); // who has no place has nothing read
        go.SetResult();
        Assert.Equal(200, (await held).Status);
        Assert.Equal(400, (await AskAsync(full, null, atOnce: 1, module: "nobody")).Status);
        var files = _files;
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "modules.yml"), "modules: { more: {} }\n", TestContext.Current.CancellationToken);
        Assert.Equal(200, (await AskAsync(full, null)).Status);
        Assert.Equal(files + 1, _files);
    }

    /// <summary>Of a look at each address that address counts by which the whole is judged, as in the engine.</summary>
    [Fact]
    public async Task Each_address_is_told_by_the_one_that_decides()
    {
        var ill = Observation.OfFailure(Well.StartedAt, TargetFailure.Refused, "refused", Phases.None) with { Address = "::1" };
        var seen = Well with { Address = "127.0.0.1", Each = [new("127.0.0.1", Well with { Address = "127.0.0.1" }), new("::1", ill)] };
        var probed = await AskAsync(Prober(_ => Task.FromResult(seen)), null);
        Assert.Equal(200, probed.Status);
        Assert.Contains("probe_success 0", probed.Text, StringComparison.Ordinal);
        Assert.Contains("probe_ip_protocol 6", probed.Text, StringComparison.Ordinal);
    }
}
