using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Kept.TestKit;
using Xunit;

namespace Kept.Language.Tests;

public sealed class CanonicalJsonTests
{
    // RFC 8785's own test data lie beside the repository where they are at all
    private static readonly string Data = Path.Combine(Repository.Root, "..", "shared", "data", "jcs", "testdata");

    [Theory]
    [InlineData("arrays"), InlineData("french"), InlineData("structures"), InlineData("unicode"), InlineData("values"), InlineData("weird")]
    public void Published_cases_come_out_as_published(string name)
    {
        var input = Path.Combine(Data, "input", name + ".json");
        if (!File.Exists(input)) Assert.Skip("the published cases of RFC 8785 are not here");
        Assert.Equal(File.ReadAllText(Path.Combine(Data, "output", name + ".json")).TrimEnd('\n'), Encoding.UTF8.GetString(CanonicalJson.Of(File.ReadAllBytes(input))));
    }

    // RFC 8785, appendix B
    [Theory]
    [InlineData(0x0000000000000000, "0"), InlineData(0x8000000000000000, "0"), InlineData(0x0000000000000001, "5e-324"), InlineData(0x8000000000000001, "-5e-324")]
    [InlineData(0x7fefffffffffffff, "1.7976931348623157e+308"), InlineData(0x4340000000000000, "9007199254740992"), InlineData(0xc340000000000000, "-9007199254740992")]
    [InlineData(0x4430000000000000, "295147905179352830000"), InlineData(0x44b52d02c7e14af5, "9.999999999999997e+22"), InlineData(0x44b52d02c7e14af6, "1e+23"), InlineData(0x44b52d02c7e14af7, "1.0000000000000001e+23")]
    [InlineData(0x444b1ae4d6e2ef4e, "999999999999999700000"), InlineData(0x444b1ae4d6e2ef4f, "999999999999999900000"), InlineData(0x444b1ae4d6e2ef50, "1e+21")]
    [InlineData(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"), InlineData(0x3eb0c6f7a0b5ed8d, "0.000001"), InlineData(0x41b3de4355555553, "333333333.3333332"), InlineData(0x41b3de4355555554, "333333333.33333325")]
    [InlineData(0x41b3de4355555555, "333333333.3333333"), InlineData(0x41b3de4355555556, "333333333.3333334"), InlineData(0x41b3de4355555557, "333333333.33333343"), InlineData(0xbecbf647612f3696, "-0.0000033333333333333333"), InlineData(0x43143ff3c1cb0959, "1424953923781206.2")]
    public void Numbers_are_written_as_the_standard_lists_them(ulong bits, string expected)
    {
        var number = BitConverter.UInt64BitsToDouble(bits);
        Assert.Equal(expected, Encoding.UTF8.GetString(CanonicalJson.Of(JsonValue.Create(number))));
        Assert.Equal(expected, Encoding.UTF8.GetString(CanonicalJson.Of(Encoding.UTF8.GetBytes(number.ToString("R", System.Globalization.CultureInfo.InvariantCulture)))));
    }

    [Fact]
    public void Every_number_reads_back_equal() =>
        Gen.Double.Where(double.IsFinite).Sample(number => double.Parse(Encoding.UTF8.GetString(CanonicalJson.Of(JsonValue.Create(number))), System.Globalization.CultureInfo.InvariantCulture) == number);

    [Fact]
    public void Nodes_and_bytes_give_the_same_and_it_is_a_fixed_point() =>
        Gen.Dictionary(Gen.String.Where(IsWhole), Gen.String.Where(IsWhole)).Sample(members =>
        {
            var node = new JsonObject(members.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value))));
            var once = CanonicalJson.Of(node);
            return once.AsSpan().SequenceEqual(CanonicalJson.Of(once)) && once.AsSpan().SequenceEqual(CanonicalJson.Of(Encoding.UTF8.GetBytes(node.ToJsonString())));
        }, iter: 2_000);

    [Fact]
    public void The_writer_writes_the_same() =>
        Gen.Select(Gen.Dictionary(Gen.String.Where(IsWhole), Gen.String.Where(text => text.Length > 0 && IsWhole(text))), Gen.String.Where(IsWhole).Array).Sample((members, items) =>
        {
            var node = new JsonObject { ["a"] = new JsonObject(members.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)JsonValue.Create(pair.Value)))) };
            if (items.Length > 0) node["b"] = new JsonArray([.. items.Select(item => JsonValue.Create(item))]);
            var writer = new CanonicalWriter();
            writer.BeginObject();
            writer.Name("a");
            writer.BeginObject();
            foreach (var (name, text) in members.OrderBy(pair => pair.Key, StringComparer.Ordinal)) writer.Put(name, text);
            writer.EndObject();
            writer.Put("b", items);
            writer.EndObject();
            return writer.ToBytes().AsSpan().SequenceEqual(CanonicalJson.Of(node));
        }, iter: 2_000);

    [Fact]
    public void The_writer_takes_names_in_their_order_alone()
    {
        var writer = new CanonicalWriter();
        writer.BeginObject();
        writer.Put("b", "1");
        Assert.Throws<InvalidOperationException>(() => writer.Put("a", "2"));
        writer.Clear();
        writer.BeginObject();
        writer.Put("b", "1");
        Assert.Throws<InvalidOperationException>(() => writer.Put("b", "2"));
        writer.Clear();
        writer.BeginList();
        writer.Text("\ud800");
        writer.EndList();
        Assert.Throws<ArgumentException>(() => writer.ToBytes());
    }

    [Theory]
    [InlineData("live-show")]
    [InlineData("web-shop")]
    [InlineData("super-shop")]
    public void Terms_are_written_in_canonical_form(string folder)
    {
        foreach (var agent in Documents.GoodExamplesTests.Read(folder).House!.Agents)
            foreach (var promise in agent.Promises)
            {
                var terms = Kept.Language.Documents.Terms.Of(promise, agent);
                Assert.Equal(terms, CanonicalJson.Of(terms));
                Assert.Equal(promise.TermsHash, Kept.Model.ContentHash.Of(terms));
            }
    }

    [Fact]
    public void Names_that_stand_twice_and_half_characters_are_refused()
    {
        Assert.Throws<ArgumentException>(() => CanonicalJson.Of("""{"a":1,"a":2}"""u8.ToArray()));
        Assert.Throws<ArgumentException>(() => CanonicalJson.Of(JsonValue.Create("\ud800")));
        Assert.Throws<ArgumentException>(() => CanonicalJson.Of("1e999"u8.ToArray()));
        Assert.ThrowsAny<JsonException>(() => CanonicalJson.Of(Encoding.UTF8.GetBytes(new string('[', 1000))));
    }

    private static bool IsWhole(string text)
    {
        for (var i = 0; i < text.Length; i++)
            if (char.IsSurrogate(text[i]))
            {
                if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1])) return false;
                i++;
            }
        return true;
    }
}
