using System.Diagnostics;
using System.Text;
using Kept.Language.Tests.Documents;
using Kept.TestKit;
using Xunit;

namespace Kept.Language.Tests;

/// <summary>Time that a piece of work took: by the wall, or by the process's share of the processor where the machine was busy with other things.</summary>
internal readonly struct Effort(long began, TimeSpan cpu)
{
    public static Effort Start() => new(Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(began) is var wall && Environment.CpuUsage.TotalTime - cpu is var own && own < wall ? own : wall;
}

/// <summary>Whatever the bytes are, the reader answers with problems, soon. Measured alone and optimised, all take less than 0.8 s and
/// most a few milliseconds; the bound is several times that, because machines are shared and tests run side by side.</summary>
public sealed class HostileDocumentsTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    public static TheoryData<string> Inputs => [.. Nasty.Keys];

    private static readonly Dictionary<string, Func<byte[]>> Nasty = new()
    {
        ["100 KB of ["] = () => Bytes(new string('[', 100_000)),
        ["1 MiB of ["] = () => Bytes(new string('[', 1 << 20)),
        ["1 MiB of {"] = () => Bytes(new string('{', 1 << 20)),
        ["1 MiB of {a:"] = () => Bytes(Repeat("{a: ", 1 << 18)),
        ["100 KB of - "] = () => Bytes(Repeat("- ", 50_000)),
        ["1 MiB of ? "] = () => Bytes(Repeat("? ", 1 << 19)),
        ["deep indentation"] = () => Bytes(string.Concat(Enumerable.Range(0, 1_000).Select(i => new string(' ', i) + "a:\n"))),
        ["alias bomb"] = () => Bytes("a: &a [x,x,x,x,x,x,x,x,x]\n" + string.Concat("bcdefghi".Select(c => $"{c}: &{c} [{Repeat($"*{(char)(c - 1)},", 8)}*{(char)(c - 1)}]\n"))),
        ["a tag that is none"] = () => Bytes("!!["),
        ["text after the end"] = () => Bytes("... x"),
        ["1 MiB of documents"] = () => Bytes(Repeat("---\n", 1 << 18)),
        ["1 MiB of anchors"] = () => Bytes(Repeat("- &a b\n", (1 << 20) / 7)),
        ["1 MiB of one key"] = () => Bytes(Repeat("a: b\n", (1 << 20) / 5)),
        ["1 MiB of keys"] = () => Bytes(string.Concat(Enumerable.Range(0, 80_000).Select(i => $"k{i}: v\n"))),
        ["keys, then the last of them again and again"] = () => Bytes("{" + string.Concat(Enumerable.Range(0, 60_000).Select(i => $"k{i},")) + Repeat("k59999,", 60_000) + "z}"),
        ["1 MiB of list"] = () => Bytes("[" + Repeat("a,", 1 << 18) + "a]"),
        ["1 MiB of one word"] = () => Bytes(new string('a', 1 << 20)),
        ["1 MiB of one quoted word"] = () => Bytes("a: \"" + new string('b', (1 << 20) - 10) + "\""),
        ["1 MiB without the closing quote"] = () => Bytes("a: '" + Repeat("b\n", 1 << 19)[..((1 << 20) - 10)]),
        ["1 MiB of blanks"] = () => Bytes(new string(' ', 1 << 20)),
        ["1 MiB of line ends"] = () => Bytes(new string('\n', 1 << 20)),
        ["1 MiB of colons"] = () => Bytes(new string(':', 1 << 20)),
        ["1 MiB of quotes"] = () => Bytes(new string('\'', 1 << 20)),
        ["1 MiB of comments"] = () => Bytes(Repeat("#\n", 1 << 19)),
        ["1 MiB of exclamation marks"] = () => Bytes(new string('!', 1 << 20)),
        ["1 MiB of percent signs"] = () => Bytes("!<" + new string('%', (1 << 20) - 2)),
        ["1 MiB of block scalar"] = () => Bytes("a: |\n" + Repeat(" b\n", (1 << 20) / 3 - 2)),
        ["1 MiB of growing indentation in a block scalar"] = () => Bytes("a: |\n" + string.Concat(Enumerable.Range(1, 1_400).Select(i => new string(' ', i) + "\n"))),
        ["1 MiB of empty flow entries"] = () => Bytes("[" + new string(',', (1 << 20) - 2) + "]"),
        ["promises without end"] = () => Bytes("kept: 1\nagent: a\npromises:\n" + string.Concat(Enumerable.Range(0, 30_000).Select(i => $"  p{i}: {{ uses: p{i + 1}\u00e9 }}\n"))),
        ["1 MiB of one uses"] = () => Bytes("kept: 1\nagent: a\npromises:\n  p: { uses: '" + Repeat("a/b and ", 2_000) + "a/b' }"),
        ["wrong fields without end"] = () => Bytes("kept: 1\nagent: a\n" + string.Concat(Enumerable.Range(0, 45_000).Select(i => $"promses{i}: x\n"))),
        ["a default that is wrong, taken often"] = () => Bytes("kept: 1\nagent: a\ndefaults: { notice: soon, fails: [ x ] }\npromises:\n" + string.Concat(Enumerable.Range(0, 40_000).Select(i => $"  p{i}: {{ to: x }}\n"))),
        ["wrong zones without end"] = () => Bytes("kept: 1\nagent: a\ncalendars:\n" + string.Concat(Enumerable.Range(0, 15_000).Select(i => $"  c{i}: {{ open: 'Mo 01:00-02:00 Europe/Brussel{i}' }}\n"))),
        ["every byte"] = () => [.. Enumerable.Range(0, 256).Select(i => (byte)i)],
        ["zeroes"] = () => new byte[1 << 20],
        ["2 MiB"] = () => new byte[1 << 21],
        ["half a character"] = () => [0x61, 0xF0, 0x9F, 0x98],
        ["a surrogate in an escape"] = () => Bytes("kept: 1\nagent: a\nname: \"\\uD800\"\npromises: { p: { benefit: \"\\uDC00\" } }"),
        ["an escape beyond Unicode"] = () => Bytes("a: \"\\UFFFFFFFF\""),
        ["a byte order mark and nothing"] = () => [0xEF, 0xBB, 0xBF],
        ["nothing"] = () => [],
    };

    [Theory]
    [MemberData(nameof(Inputs))]
    public void A_nasty_document_is_answered_with_problems_soon(string name)
    {
        var bytes = Nasty[name]();
        var clock = Effort.Start();
        var reading = Houses.Read(bytes);
        Assert.True(clock.Elapsed < Soon, $"{name}: {clock.Elapsed}");
        TestContext.Current.SendDiagnosticMessage("{0}: {1:0.000} s", name, clock.Elapsed.TotalSeconds);
        Assert.Null(reading.House);
        Assert.NotEmpty(reading.Diagnostics);
        Assert.True(reading.Diagnostics.Length <= Problems.Cap + 1);
        foreach (var diagnostic in reading.Diagnostics) Assert.DoesNotContain(DiagnosticText.Render(diagnostic), c => char.IsControl(c) && c != '\n');
    }

    [Fact]
    public void A_house_file_is_read_as_carefully()
    {
        foreach (var (name, bytes) in Nasty)
        {
            var clock = Effort.Start();
            var reading = HouseReader.Read([new DocumentFile("house.yaml", bytes()), new DocumentFile("kept.yaml", Bytes(Houses.Shop))], "x", TestKinds.All);
            Assert.True(clock.Elapsed < Soon, $"{name}: {clock.Elapsed}");
            if (bytes().Length > 3 && name is not ("1 MiB of comments" or "1 MiB of blanks" or "1 MiB of line ends" or "1 MiB of documents")) Assert.Null(reading.House);
        }
    }

    /// <summary>Examples with bytes changed, cut, doubled and mixed, by a fixed seed: the reader never throws, and never takes long.</summary>
    [Theory]
    [InlineData(1), InlineData(2), InlineData(3)]
    public void Mutated_documents_never_throw_and_never_stall(int seed)
    {
        var random = new Random(seed);
        var seeds = Directory.EnumerateFiles(Repository.PathOf("examples"), "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(bytes => bytes.Length is > 0 and < 20_000).ToList();
        var words = "[|]|{|}|,|: |- |? |'|\"|#| #|&a|*a|!|!!|%|@|`|---\n|...\n|\n|\n  |\t|\r|<<: |~|null|>|>-||and |or |not |of |over |per |@0|@99999|999999999999999999999|1e9|%%|${env:X}|é|\u2028|\0".Split('|').Append("|").ToArray();
        var whole = Stopwatch.StartNew();
        for (var round = 0; round < 4_000 && whole.Elapsed < TimeSpan.FromSeconds(3); round++)
        {
            var bytes = seeds[random.Next(seeds.Count)].ToList();
            for (var times = random.Next(1, 6); times > 0; times--) Mutate(bytes, random, words, seeds);
            var clock = Effort.Start();
            try
            {
                var reading = HouseReader.Read([new DocumentFile(round % 9 == 0 ? "house.yaml" : "kept.yaml", bytes.ToArray())], "fuzz", TestKinds.All);
                foreach (var diagnostic in reading.Diagnostics) DiagnosticText.Render(diagnostic);
                if (reading.House is { } house) Assert.NotNull(CompiledHouse.Read(CompiledHouse.Write(house), house.ContentHash, TestKinds.All));
            }
            catch (Exception fault) when (fault is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"seed {seed} round {round}: {fault}\n{Convert.ToBase64String(bytes.ToArray())}");
            }
            Assert.True(clock.Elapsed < Soon, $"seed {seed} round {round} took {clock.Elapsed}\n{Convert.ToBase64String(bytes.ToArray())}");
        }
    }

    private static void Mutate(List<byte> bytes, Random random, string[] words, List<byte[]> seeds)
    {
        var at = random.Next(bytes.Count + 1);
        var length = Math.Min(random.Next(1, 40), bytes.Count - at);
        switch (random.Next(7))
        {
            case 0 when at < bytes.Count:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1:
                bytes.RemoveRange(at, length);
                break;
            case 2:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 3:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 4:
                var other = seeds[random.Next(seeds.Count)];
                var from = random.Next(other.Length);
                bytes.InsertRange(at, other.AsSpan(from, Math.Min(random.Next(1, 200), other.Length - from)).ToArray());
                break;
            default:
                bytes.InsertRange(at, Encoding.UTF8.GetBytes(words[random.Next(words.Length)]));
                break;
        }
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Repeat(string text, int count) => new StringBuilder(text.Length * count).Insert(0, text, count).ToString();
}
