using System.Text.RegularExpressions;
using Kept.TestKit;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary>The page on the addresses of other tools: what stands on it is what a server answers.</summary>
public sealed partial class DropInPageTests
{
    private static readonly string Page = File.ReadAllText(Repository.PathOf("docs", "reference", "drop-in.md"));

    private static string Block(string form) => Fence().Matches(Page).Single(block => block.Groups["form"].Value == form).Groups["text"].Value;

    [Fact]
    public async Task Calls_are_answered_as_the_page_shows()
    {
        using var house = new TestHouse();
        Directory.CreateDirectory(house.PathOf("house"));
        var secrets = new Dictionary<string, string>
        {
            ["${env:NIGHTLY_UUID}"] = "f618072a-7bde-4eee-af63-71a77c5723bc",
            ["${env:HC_PING_KEY}"] = "hc-ping-key-0001",
            ["${file:/run/secrets/gatus-token}"] = "gatus-token-9f2c",
            ["${env:KUMA_QUEUE_PUSH_TOKEN}"] = "Kuma7pushT0ken",
        };
        var document = Block("document");
        foreach (var ((reference, secret), i) in secrets.Select((pair, i) => (pair, i)))
        {
            house.With($"secret{i}", secret);
            Assert.Contains(reference, document, StringComparison.Ordinal);
            document = document.Replace(reference, $"${{file:{house.PathOf($"secret{i}")}}}", StringComparison.Ordinal);
        }
        house.With("house/office.kept.yaml", document);
        await using var kept = await RunningKept.UpAsync(house);
        var lines = Block("calls").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length >= 12 && lines.Length % 2 == 0);
        for (var i = 0; i < lines.Length; i += 2)
        {
            var words = lines[i].Split(' ', 3);
            using var request = new HttpRequestMessage(new HttpMethod(words[0]), words[1]);
            if (words.Length == 3) request.Headers.Add("Authorization", words[2]);
            using var answer = await kept.Client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(lines[i + 1], $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}".Trim());
        }
        var broken = (await kept.GetAsync("/api/v1/promises/jobs/core")).Body;
        Assert.Contains("it reported failure: disk full", broken, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_probe_needs_what_the_page_shows_and_no_more()
    {
        using var house = new TestHouse();
        Directory.CreateDirectory(house.PathOf("house"));
        house.With("house/house.yaml", Block("house").Replace("reach: public", "reach: anywhere", StringComparison.Ordinal)).With("house/blackbox.yml", Block("blackbox")).With("house/watch.kept.yaml", "kept: 1\nagent: watch\n");
        await using var kept = await RunningKept.UpAsync(house);
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));
        var (_, text) = await kept.GetAsync($"/probe?target={peer.Url}");
        Assert.Contains("\nprobe_success 1\n", text, StringComparison.Ordinal);
        foreach (Match name in Metric().Matches(text)) Assert.Contains($"`{name.Groups[1].Value}`", Page, StringComparison.Ordinal);
    }

    [GeneratedRegex("^```(?<form>[a-z]+)\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("^# TYPE ([a-z_]+) ", RegexOptions.Multiline)]
    private static partial Regex Metric();
}
