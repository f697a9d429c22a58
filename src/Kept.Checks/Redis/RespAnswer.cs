using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kept.Checks.Redis;

/// <summary>One answer in RESP 2 (https://redis.io/docs/latest/develop/reference/protocol-spec/).</summary>
/// <param name="Text">As text: an array as JSON, nothing as <c>null</c>.</param>
/// <param name="Number">Where it is one that a decimal holds.</param>
/// <param name="Error">The words of an error, without its sign; null where it is none.</param>
internal sealed record RespAnswer(string Text, decimal? Number, string? Error)
{
    private const int Deepest = 8, MostItems = 64 * 1024;

    public static async ValueTask<RespAnswer> ReadAsync(Wire wire)
    {
        var read = new Reading(wire);
        var node = await read.NodeAsync(0);
        if (read.Error is { } error) return new RespAnswer(error, null, error);
        var text = node switch
        {
            JsonArray array => array.ToJsonString(Plain),
            JsonValue value when value.TryGetValue<string>(out var content) => content,
            JsonValue value => value.GetValue<long>().ToString(CultureInfo.InvariantCulture),
            _ => "null",
        };
        return new RespAnswer(text, node is JsonValue ? ExactDecimal.Read(text) : null, null);
    }

    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private sealed class Reading(Wire wire)
    {
        private int _items;

        /// <summary>Of the answer as a whole; an error inside an array is an item.</summary>
        public string? Error { get; private set; }

        public async ValueTask<JsonNode?> NodeAsync(int depth)
        {
            if (depth > Deepest) throw wire.Malformed($"its answer nests deeper than {Deepest}");
            if (++_items > MostItems) throw wire.TooLarge();
            var line = await wire.LineAsync();
            if (line.Length == 0) throw wire.Malformed("it sent an empty line");
            var rest = line.AsMemory(1);
            switch ((char)line[0])
            {
                case '+':
                    return JsonValue.Create(Excerpt.Decode(rest.Span));
                case '-':
                    var error = Excerpt.Decode(rest.Span);
                    if (depth == 0) Error = error;
                    return JsonValue.Create(error);
                case ':':
                    return JsonValue.Create(Number(rest.Span));
                case '$':
                    var length = Number(rest.Span);
                    if (length == -1) return null;
                    if (length < 0) throw wire.Malformed("it announced a text of negative length");
                    var text = await wire.BytesAsync(length);
                    if ((await wire.LineAsync(2)).Length != 0) throw wire.Malformed("a text is longer than it announced");
                    return JsonValue.Create(Excerpt.Decode(text));
                case '*':
                    var count = Number(rest.Span);
                    if (count == -1) return null;
                    if (count < 0) throw wire.Malformed("it announced an array of negative length");
                    if (count > MostItems) throw wire.TooLarge();
                    var array = new JsonArray();
                    for (var i = 0; i < count; i++) array.Add(await NodeAsync(depth + 1));
                    return array;
                default:
                    throw wire.Malformed("what it sent is no answer of Redis");
            }
        }

        private long Number(ReadOnlySpan<byte> digits) =>
            long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw wire.Malformed("a number is none");
    }

    /// <summary>A command as an array of texts, so that no word can become a second command.</summary>
    public static byte[] Command(params IReadOnlyList<string> words)
    {
        var bytes = new List<byte>(64);
        bytes.AddRange(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"*{words.Count}\r\n")));
        foreach (var word in words)
        {
            var content = Encoding.UTF8.GetBytes(word);
            bytes.AddRange(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"${content.Length}\r\n")));
            bytes.AddRange(content);
            bytes.AddRange("\r\n"u8);
        }
        return [.. bytes];
    }
}
