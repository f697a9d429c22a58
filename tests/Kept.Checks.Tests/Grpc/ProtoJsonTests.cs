using System.Text.Json;
using CsCheck;
using Kept.Checks.Grpc;
using Kept.TestKit;
using Xunit;

namespace Kept.Checks.Tests.Grpc;

/// <summary>Messages as JSON and back. What is right was written by Google's own library for C# (vectors.tsv: type, wire, JSON).</summary>
public sealed class ProtoJsonTests
{
    internal static readonly string Folder = Repository.PathOf("tests", "Kept.Checks.Tests", "Grpc");

    internal static readonly Schema All = Schema.Of(Schema.FilesOf(File.ReadAllBytes(Path.Combine(Folder, "all.pb"))));

    private static MessageShape Shape(string name) => All.Message("kept.test." + name);

    private static string Json(string type, string hex, bool numbers = false) => ProtoJson.Write(Shape(type), Convert.FromHexString(hex), All, numbers);

    private static string Hex(string type, string json) => Convert.ToHexString(ProtoRequest.Write(Shape(type), json, All));

    private static void Same(string expected, string actual)
    {
        using var a = JsonDocument.Parse(expected);
        using var b = JsonDocument.Parse(actual);
        Assert.True(Equal(a.RootElement, b.RootElement), $"{expected}\n{actual}");
    }

    /// <summary>As JSON means it: figures by value, members in any order.</summary>
    private static bool Equal(JsonElement a, JsonElement b) => a.ValueKind == b.ValueKind && a.ValueKind switch
    {
        JsonValueKind.Object => a.EnumerateObject().Count() == b.EnumerateObject().Count() && a.EnumerateObject().All(member => b.TryGetProperty(member.Name, out var other) && Equal(member.Value, other)),
        JsonValueKind.Array => a.GetArrayLength() == b.GetArrayLength() && a.EnumerateArray().Zip(b.EnumerateArray()).All(pair => Equal(pair.First, pair.Second)),
        JsonValueKind.Number => a.GetDouble().Equals(b.GetDouble()),
        JsonValueKind.String => a.GetString() == b.GetString(),
        _ => true,
    };

    private static readonly string[] Maps = ["totals", "byNumber", "byFlag", "byId", "struct"];

    [Fact]
    public void What_another_library_wrote_is_read_and_written_the_same()
    {
        var types = new HashSet<string>();
        foreach (var line in File.ReadLines(Path.Combine(Folder, "vectors.tsv")))
        {
            var parts = line.Split('\t');
            var (type, hex, json) = (parts[0]["kept.test.".Length..], parts[1], parts[2]);
            types.Add(type);
            Same(json, Json(type, hex));
            Same(json, Json(type, Hex(type, json)));
            // entries of maps are written whole by most libraries, and without defaults by that one, which also takes -0 for the default
            if (!json.Contains(" -0,", StringComparison.Ordinal) && !Maps.Any(map => json.Contains($"\"{map}\": {{ \"", StringComparison.Ordinal))) Assert.True(hex == Hex(type, json), $"{type}\n{json}\n{hex}\n{Hex(type, json)}");
        }
        Assert.Equal(["All", "legacy.Old", "modern.New"], types.Order());
    }

    /// <summary>Written by <c>protoc --encode</c>; the extension (100) is no field that JSON has.</summary>
    [Fact]
    public void Groups_extensions_and_lists_of_proto2_are_read_as_protoc_wrote_them()
    {
        Same("""{"key":"k","loose":[3],"packed":[1,2],"part":{"text":"x","old":{"key":"i","loose":[],"packed":[],"part":{},"states":[]}},"states":["OPEN"]}""",
            Json("legacy.Old", "0a016b20032a020102330a017812050a01693334343803a20603657874"));
        Assert.Equal("0A016B20032A020102330A017812050A016933343438" + "03", Hex("legacy.Old", """{"key":"k","loose":[3],"packed":[1,2],"part":{"text":"x","old":{"key":"i","part":{}}},"states":["OPEN"]}"""));
        Same("""{"key":"","loose":[1,2],"packed":[3],"states":[]}""", Json("legacy.Old", "0a00" + "22020102" + "2803")); // packed where it need not be, and the other way round
        Same("""{"key":"","loose":[],"packed":[],"states":["SHUT"]}""", Json("legacy.Old", "0a00" + "1809" + "3809" + "3801")); // values that a closed enum does not have are none
    }

    private static readonly Gen<JsonNode2> Anything = Gen.Recursive<JsonNode2>((depth, inner) => depth > 3 ? Leaf : Gen.OneOf(
        Leaf, inner.Array[0, 3].Select(items => new JsonNode2("[" + string.Join(',', items.Select(item => item.Text)) + "]")),
        Gen.Select(Gen.String[0, 5].Where(IsWhole), inner).Array[0, 3].Select(pairs => new JsonNode2("{" + string.Join(',', pairs.DistinctBy(pair => pair.Item1).Select(pair => JsonSerializer.Serialize(pair.Item1) + ":" + pair.Item2.Text)) + "}"))));

    private static Gen<JsonNode2> Leaf => Gen.OneOf(
        Gen.Const(new JsonNode2("null")), Gen.Bool.Select(flag => new JsonNode2(flag ? "true" : "false")), Gen.Double.Where(double.IsFinite).Select(number => new JsonNode2(JsonSerializer.Serialize(number))),
        Gen.String[0, 8].Where(IsWhole).Select(text => new JsonNode2(JsonSerializer.Serialize(text))));

    /// <summary>JSON, as text.</summary>
    private sealed record JsonNode2(string Text);

    private static bool IsWhole(string text)
    {
        for (var i = 0; i < text.Length; i++)
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) i++;
            else if (char.IsSurrogate(text[i])) return false;
        return true;
    }

    [Fact]
    public void A_request_of_any_values_comes_back_the_same()
    {
        var number = Gen.OneOf(Gen.Long, Gen.Const(0L), Gen.Const(long.MinValue), Gen.Const(long.MaxValue));
        Gen.Select(
            Gen.Select(number, Gen.ULong, Gen.Int, Gen.UInt, Gen.Double, Gen.Float, Gen.String[0, 10].Where(IsWhole), Gen.Byte.Array[0, 12]), Anything, Gen.Select(Gen.Int.Array[0, 5], Gen.Int[-2, 3].Array[0, 4], Gen.Int[0, 4]))
            .Sample((scalars, any, lists) =>
            {
                var (whole, unsigned, small, natural, fine, rough, text, bytes) = scalars;
                string Quoted(object value) => JsonSerializer.Serialize(FormattableString.Invariant($"{value}"));
                string Floating(double value) => double.IsFinite(value) ? value.ToString("R", System.Globalization.CultureInfo.InvariantCulture) : double.IsNaN(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
                var rough2 = float.IsFinite(rough) ? rough.ToString("R", System.Globalization.CultureInfo.InvariantCulture) : Floating(rough);
                var scalar = $"\"aDouble\":{Floating(fine)},\"aFloat\":{rough2},\"anInt64\":{Quoted(whole)},\"aUint64\":{Quoted(unsigned)},\"anInt32\":{small},\"aFixed64\":{Quoted(unsigned)},\"aFixed32\":{natural},\"aBool\":{(whole > 0 ? "true" : "false")},"
                    + $"\"aText\":{JsonSerializer.Serialize(text)},\"someBytes\":\"{Convert.ToBase64String(bytes)}\",\"aUint32\":{natural},\"aSfixed32\":{small},\"aSfixed64\":{Quoted(whole)},\"aSint32\":{small},\"aSint64\":{Quoted(whole)}";
                var list = $"\"numbers\":[{string.Join(',', lists.Item1)}],\"loose\":[{string.Join(',', lists.Item1.Select(one => Quoted(one)))}],\"colours\":[{string.Join(',', lists.Item2.Select(one => one switch { 0 => "\"COLOUR_UNSPECIFIED\"", 1 => "\"RED\"", -1 => "\"BELOW\"", _ => one.ToString(System.Globalization.CultureInfo.InvariantCulture) }))}]";
                var choice = lists.Item3 switch { 0 => ",\"named\":\"\"", 1 => ",\"numbered\":0", 2 => ",\"maybe\":0", 3 => ",\"perchance\":\"\"", _ => $",\"wrapped\":\"{whole}\"" };
                var json = $"{{{scalar},{list},\"value\":{any.Text},\"totals\":{{{JsonSerializer.Serialize(text)}:\"{whole}\"}}{choice}}}";
                var wire = ProtoRequest.Write(Shape("All"), json, All);
                var back = ProtoJson.Write(Shape("All"), wire, All);
                using var asked = JsonDocument.Parse(json);
                using var came = JsonDocument.Parse(back);
                foreach (var member in asked.RootElement.EnumerateObject()) Assert.True(came.RootElement.TryGetProperty(member.Name, out var value) && Equal(member.Value, value), $"{member}\n{back}");
                Assert.Equal(wire, ProtoRequest.Write(Shape("All"), back, All)); // what is written is read the same
            });
    }

    [Fact]
    public void What_is_not_set_is_told_from_the_default_only_where_the_message_can()
    {
        Same("""{"implicit":0,"needed":0,"packed":[],"loose":[]}""", Json("modern.New", "1800"));
        Same("""{"explicit":0,"implicit":0,"needed":0,"packed":[],"loose":[]}""", Json("modern.New", "18000800"));
        Assert.Equal("08001800", Hex("modern.New", """{"explicit":0,"implicit":0,"needed":0}"""));
        using var json = JsonDocument.Parse(Json("All", ""));
        Assert.Equal("0", json.RootElement.GetProperty("anInt64").GetString());
        Assert.False(json.RootElement.TryGetProperty("maybe", out _) || json.RootElement.TryGetProperty("inner", out _) || json.RootElement.TryGetProperty("named", out _) || json.RootElement.TryGetProperty("at", out _));
        Assert.Contains("\"anInt64\":-5,", Json("All", "18" + "FBFFFFFFFFFFFFFFFF01", numbers: true), StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_of_one_message_are_one_and_of_a_choice_the_last_holds()
    {
        Assert.Contains("\"anInt32\":5", Json("All", "AA0302" + "2805" + "AA0302" + "4001"), StringComparison.Ordinal); // inner in two parts
        Assert.Contains("\"aBool\":true", Json("All", "AA0302" + "2805" + "AA0302" + "4001"), StringComparison.Ordinal);
        Assert.DoesNotContain("\"named\"", Json("All", "CA020161" + "D00207"), StringComparison.Ordinal);
        Assert.Contains("\"numbered\":7", Json("All", "CA020161" + "D00207"), StringComparison.Ordinal);
        Assert.Contains("\"totals\":{\"a\":\"2\"}", Json("All", "FA01050A01611001" + "FA01050A01611002"), StringComparison.Ordinal); // of one key the last
        Assert.Contains("\"aBool\":true", Json("All", "4002"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("All", "0901", "breaks the encoding")]
    [InlineData("All", "28FFFFFFFFFFFFFFFFFFFF01", "breaks the encoding")]
    [InlineData("All", "4A05616263", "breaks the encoding")]
    [InlineData("All", "4A01FF", "its field a_text (9) is no text in UTF-8")]
    [InlineData("All", "4801", "its field a_text (9) is of another type than the descriptors say")]
    [InlineData("All", "AA0103010203FF", "breaks the encoding")]
    [InlineData("All", "EA030C08FFFFFFFFFFFFFFFF7F1000", "a Timestamp in it is out of range")]
    [InlineData("All", "F203040801107F" + "F2030B08" + "FFFFFFFFFFFFFFFFFF01", "a Duration in it is out of range")]
    [InlineData("All", "820400", "a Value in it holds nothing")]
    [InlineData("All", "BA04050A03612A42", "a FieldMask in it has no form in JSON")]
    [InlineData("legacy.Old", "1001", "it lacks key, which kept.test.legacy.Old requires")]
    [InlineData("legacy.Old", "0A00330A0178", "breaks the encoding")]
    [InlineData("legacy.Old", "0A003434", "breaks the encoding")]
    [InlineData("legacy.Old", "0A0034", "breaks the encoding")]
    [InlineData("legacy.Old", "0A003334" + "06", "breaks the encoding")]
    public void An_answer_that_is_no_such_message_says_why(string type, string hex, string words) =>
        Assert.Contains(words, Assert.ThrowsAny<FormatException>(() => Json(type, hex)).Message, StringComparison.Ordinal);

    [Fact]
    public void An_answer_cannot_make_us_work_without_end()
    {
        var deep = Array.Empty<byte>();
        for (var i = 0; i < 200; i++)
        {
            var writer = new ProtoWriter();
            writer.Counted(53, deep);
            deep = writer.Written.ToArray();
        }
        Assert.Contains("nests deeper", Assert.Throws<FormatException>(() => ProtoJson.Write(Shape("All"), deep, All)).Message, StringComparison.Ordinal);
        var many = new ProtoWriter();
        for (var i = 0; i < 100_000; i++) many.Counted(26, []);
        Assert.Contains("longer than 4 MiB", Assert.Throws<FormatException>(() => ProtoJson.Write(Shape("All"), many.Written, All)).Message, StringComparison.Ordinal); // 300 kB of empty messages
        var more = new ProtoWriter();
        more.Counted(27, new byte[300_000]);
        Assert.Contains("more values than a look reads", Assert.Throws<FormatException>(() => ProtoJson.Write(Shape("All"), more.Written, All)).Message, StringComparison.Ordinal);
        Assert.Contains("nests deeper than 64", Assert.Throws<FormatException>(() => Json("legacy.Old", "0A00" + string.Concat(Enumerable.Repeat("E33F", 100)))).Message, StringComparison.Ordinal); // groups that are not known
    }

    [Fact]
    public void Noise_is_read_or_refused_and_nothing_else()
    {
        var random = new Random(5);
        var seeds = File.ReadLines(Path.Combine(Folder, "vectors.tsv")).Select(line => line.Split('\t')).Select(parts => (parts[0]["kept.test.".Length..], Convert.FromHexString(parts[1]))).ToArray();
        for (var i = 0; i < 20_000; i++)
        {
            var (type, bytes) = seeds[random.Next(seeds.Length)];
            bytes = [.. bytes];
            for (var changes = random.Next(1, 4); changes > 0 && bytes.Length > 0; changes--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                using var json = JsonDocument.Parse(ProtoJson.Write(Shape(type), bytes, All));
            }
            catch (FormatException)
            {
                // refused, in words
            }
        }
    }
}
