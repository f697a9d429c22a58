using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;

namespace Kept.Model;

/// <summary>A value in an expression: written by somebody, or seen by a check. A closed set; equality is by content.</summary>
public abstract record Value
{
    private Value() { }

    /// <summary>A number, with its unit when it has one.</summary>
    public sealed record Measured(Quantity Quantity) : Value
    {
        public override string ToString() => Quantity.ToString();
    }

    public sealed record Text(string Content) : Value
    {
        public override string ToString() => "'" + Content.Replace("'", "''", StringComparison.Ordinal) + "'";
    }

    public sealed record Flag(bool IsTrue) : Value
    {
        public override string ToString() => IsTrue ? "true" : "false";
    }

    /// <summary>Seen as explicitly nothing (JSON null). Compares equal to nothing but itself.</summary>
    public sealed record Nothing : Value
    {
        public override string ToString() => "null";
    }

    public sealed record List(ImmutableArray<Value> Items) : Value
    {
        public bool Equals(List? other) => other is not null && Items.SequenceEqual(other.Items);
        public override int GetHashCode() => Items.Length;
        public override string ToString() => "[" + string.Join(", ", Items) + "]";
    }

    /// <summary>Named texts, as response headers; names compare without case.</summary>
    public sealed record Map(FrozenDictionary<string, string> Entries) : Value
    {
        public bool Equals(Map? other) => ReferenceEquals(this, other);
        public override int GetHashCode() => Entries.Count;
        public override string ToString() => $"{Entries.Count} entries";
    }

    /// <summary>What a check read as a body: always text, and JSON where it parses. Paths look into the JSON.</summary>
    public sealed record Body(string Content) : Value
    {
        private JsonElement? _json;
        private bool _tried;

        /// <summary>The parsed JSON, or null where the content is not JSON (or nests deeper than 64). Parsed once, on first use.</summary>
        public JsonElement? Json
        {
            get
            {
                if (_tried) return _json;
                try
                {
                    using var document = JsonDocument.Parse(Content);
                    _json = document.RootElement.Clone();
                }
                catch (JsonException)
                {
                    _json = null;
                }
                _tried = true;
                return _json;
            }
        }

        public bool Equals(Body? other) => other is not null && Content == other.Content;
        public override int GetHashCode() => Content.GetHashCode(StringComparison.Ordinal);
        public override string ToString() => Content.Length <= 80 ? Content : Content[..80] + "…";
    }

    public static Value Of(Quantity quantity) => new Measured(quantity);
    public static Value Of(decimal number) => new Measured(Quantity.Number(number));
    public static Value Of(Duration duration) => new Measured(Quantity.Time(duration));
    public static Value Of(string text) => new Text(text);
    public static Value Of(bool flag) => new Flag(flag);
}
