using System.Text;
using System.Text.Json.Nodes;
using Kept.Language;

namespace Kept.Engine.Recording;

/// <summary>The members of a JSON object on its way to the ledger; null leaves one out. Written in canonical form (RFC 8785).</summary>
internal sealed class Members
{
    private readonly JsonObject _json = [];

    public Members Set(string name, string? value) => value is null ? this : Put(name, Whole(value));

    public Members Set(string name, long? value) => value is { } number ? Put(name, number) : this;

    public Members Set(string name, bool value) => Put(name, value);

    public Members Set(string name, Members? value) => value is null ? this : Put(name, value._json);

    public Members Set(string name, IEnumerable<Members>? items) => items is null ? this : Put(name, new JsonArray([.. items.Select(item => (JsonNode)item._json)]));

    public byte[] ToBytes() => CanonicalJson.Of(_json);

    private Members Put(string name, JsonNode value)
    {
        _json[name] = value;
        return this;
    }

    // A lone surrogate has no UTF-8, and what was read from the network may hold one: it becomes U+FFFD.
    private static string Whole(string text)
    {
        foreach (var c in text)
            if (char.IsSurrogate(c))
                return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        return text;
    }
}
