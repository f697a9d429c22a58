using System.Globalization;
using System.Text;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Kuma;

/// <summary>
/// One record of Uptime Kuma's by the names of its fields, whichever way it was stored: <c>upsideDown</c> of a backup and <c>upside_down</c> of the database are one
/// field, <c>true</c> and <c>1</c> one value.
/// </summary>
internal sealed class KumaFields
{
    private readonly Dictionary<string, KeyValuePair<ForeignNode.Text, ForeignNode>> _fields = new(StringComparer.Ordinal);

    public KumaFields(ForeignNode.Map map)
    {
        Map = map;
        foreach (var entry in map.Entries) _fields.TryAdd(Plain(entry.Key.Content), entry);
    }

    public ForeignNode.Map Map { get; }
    public Place At => Map.At;

    public int? Id => Number("id");

    /// <summary>The value; null where nothing is written.</summary>
    public ForeignNode? Node(string field) => _fields.TryGetValue(Plain(field), out var entry) && entry.Value is not ForeignNode.Text { IsNothing: true } ? entry.Value : null;

    /// <summary>A text that is not blank.</summary>
    public string? Text(string field) => Node(field) is ForeignNode.Text { Content: { } text } && !string.IsNullOrWhiteSpace(text) ? text : null;

    /// <summary>A whole number that an int holds; fractions and what is no number are none.</summary>
    public int? Number(string field)
    {
        if (Text(field) is not { } text) return null;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)) return whole;
        // a database may hold 48.0, and 1.23 has timeouts such as 0.8 of an interval
        return decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var broken) && decimal.Abs(broken) < int.MaxValue ? (int)decimal.Truncate(broken) : null;
    }

    public bool Flag(string field) => Text(field) is { } text && text is not ("0" or "false");

    /// <summary>Where the field stands; the record where it does not, or where it holds a secret: a report shows the line.</summary>
    public Place Where(string field) => _fields.TryGetValue(Plain(field), out var entry) && !KumaSecrets.IsSecretField(field) ? entry.Key.At : Map.At;

    /// <summary>A list, also where it was stored as a text of JSON; null where it is none.</summary>
    public ForeignNode? Stored(string field)
    {
        var node = Node(field) ?? Node(field + "_json");
        if (node is not ForeignNode.Text text) return node;
        return ForeignJson.Read(new ForeignFile(At.File.Path, "", Encoding.UTF8.GetBytes(text.Content)), new Losses());
    }

    /// <summary>Texts of a list.</summary>
    public IReadOnlyList<string> Texts(string field) => Stored(field) is ForeignNode.List list ? [.. list.Items.OfType<ForeignNode.Text>().Select(item => item.Content)] : [];

    /// <summary>Fields that are written, hold something, and are not among the known.</summary>
    public IEnumerable<ForeignNode.Text> Unknown(IReadOnlySet<string> known)
    {
        foreach (var (plain, entry) in _fields)
            if (!known.Contains(plain) && entry.Value is not (ForeignNode.Text { IsNothing: true } or ForeignNode.Text { Content: "0" or "false" or "[]" or "{}" or "" } or ForeignNode.List { Items.IsEmpty: true } or ForeignNode.Map { Entries.IsEmpty: true }))
                yield return entry.Key;
    }

    /// <summary>Without underscores and capitals.</summary>
    public static string Plain(string field) => field.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
}
