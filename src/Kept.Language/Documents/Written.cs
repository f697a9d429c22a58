using System.Collections.Immutable;
using Kept.Language.Yaml;
using Kept.Model;

namespace Kept.Language.Documents;

/// <summary>
/// A mapping read by its table: unknown and missing fields, fields without a value and of the wrong form have been told, and what remains is asked for by
/// name. Fields that are not written come from the defaults.
/// </summary>
internal sealed class Written
{
    private readonly List<YamlEntry> _entries;
    private readonly List<YamlEntry> _further = [];
    private readonly List<string> _told = [];
    private readonly Reading _reading;
    private readonly Written? _defaults;

    private Written(Shape shape, YamlMap map, Reading reading, Place owner, Written? defaults)
    {
        (Shape, Map, _reading, _defaults, At, _entries) = (shape, map, reading, defaults, owner, new(map.Entries.Count));
        for (var i = 0; i < map.Entries.Count; i++) Take(i);
        foreach (var field in shape.Fields)
            if (field.Required && !Has(field.Name) && !_told.Contains(field.Name))
                reading.Problems.Error(Codes.MissingField, owner, $"{shape.Title} needs `{field.Name}`", field.Example is { } example ? $"write `{example}`" : null);
    }

    public Shape Shape { get; }

    public YamlMap Map { get; }

    /// <summary>What is marked when the whole is meant: its key, or its first character.</summary>
    public Place At { get; }

    /// <summary>Entries under free keys.</summary>
    public IReadOnlyList<YamlEntry> Further => _further;

    /// <summary>Reads a node by a table; null, and told, where it is no mapping.</summary>
    public static Written? Of(Shape shape, YamlNode node, Reading reading, Place owner, Written? defaults = null)
    {
        switch (node)
        {
            case YamlMap map:
                return new Written(shape, map, reading, owner, defaults);
            case YamlBroken:
                return null;
            case YamlScalar { IsNothing: true }:
                reading.Problems.Error(Codes.NoValue, owner, $"{shape.Title} is written without its fields", shape.Fields.FirstOrDefault(field => field.Required)?.Example is { } example ? $"write `{example}` and the rest below it" : "write its fields below it, or remove it");
                return null;
            default:
                reading.Problems.Error(Codes.WrongForm, node.At, $"{shape.Title} is a mapping of fields, not {node.Kind}", $"its fields are {Listed(shape)}");
                return null;
        }
    }

    public bool Has(string field) => Find(field) is not null || _defaults is not null && _defaults.Has(field);

    /// <summary>Written here, not by default.</summary>
    public bool HasOwn(string field) => Find(field) is not null;

    public Place PlaceOf(string field) => Entry(field) is { } entry ? PlaceOf(entry) : At;

    /// <summary>Where each written field stands: the text itself, or the key of a list or mapping.</summary>
    public ImmutableArray<KeyValuePair<string, Place>> Places => [.. _entries.Select(entry => KeyValuePair.Create(Shape.Find(entry.Key.Text)!.Name, PlaceOf(entry)))];

    public ScalarText? Scalar(string field) => Entry(field) is { Value: { } node } ? ScalarOf(node, field) : null;

    // the name in quotes is only made where it is told
    private ScalarText? ScalarOf(YamlNode node, string field) => node is YamlScalar { IsNothing: false } ? _reading.Scalar(node, field) : _reading.Scalar(node, $"`{field}`");

    public string? Text(string field) => Scalar(field)?.Text;

    /// <summary>The items of a list of texts, or the one text that stands alone.</summary>
    public List<ScalarText> Texts(string field)
    {
        var texts = new List<ScalarText>();
        foreach (var node in Items(field))
            if (ScalarOf(node, field) is { } text)
                texts.Add(text);
        return texts;
    }

    /// <summary>The items of a list, or the one that stands alone.</summary>
    public IReadOnlyList<YamlNode> Items(string field) => Entry(field) switch
    {
        null or { Value: YamlBroken } => [],
        { Value: YamlList list } => list.Items,
        { Value: var one } => [one],
    };

    public Written? Inner(string field, Shape shape, Written? defaults = null) =>
        Entry(field) is { } entry ? Of(shape, entry.Value, _reading, entry.Key.At, defaults) : null;

    /// <summary>The entries of a mapping with free keys.</summary>
    public IReadOnlyList<YamlEntry> Pairs(string field) => Entry(field) is { Value: YamlMap map } ? map.Entries : [];

    private YamlEntry? Entry(string field) => Find(field) ?? _defaults?.Entry(field);

    private YamlEntry? Find(string field)
    {
        foreach (var entry in _entries)
            if (entry.Key.Text == field)
                return entry;
        return null;
    }

    private static Place PlaceOf(YamlEntry entry) => entry.Value is YamlScalar scalar ? scalar.Content.At : entry.Key.At;

    private void Take(int index)
    {
        var entry = Map.Entries[index];
        var name = entry.Key.Text;
        var form = Shape.Find(name)?.Form ?? Shape.Further;
        if (form is null || Shape.Find(name) is null && Quoting.HelpForCutEntry(_reading.Source, Map, index) is not null)
        {
            TellUnknown(index);
            return;
        }
        if (entry.Value is YamlScalar { IsNothing: true })
        {
            _told.Add(name);
            _reading.Problems.Error(Codes.NoValue, entry.Key.At, $"`{name}` has no value", form is Form.Text { Means: var means } ? $"write {means}, or leave the field out; a value that begins with `#` stands in quotes" : "write it, or leave the field out");
            return;
        }
        if (Fits(form, entry.Value)) (Shape.Find(name) is null ? _further : _entries).Add(entry);
        else _told.Add(name);
    }

    /// <summary>Fields that were called otherwise, and stand so in documents that our own imports wrote.</summary>
    private static readonly Dictionary<string, string> Renamed = new(StringComparer.Ordinal) { ["family"] = "addresses" };

    private void TellUnknown(int index)
    {
        var key = Map.Entries[index].Key;
        if (Quoting.HelpForCutEntry(_reading.Source, Map, index) is { } help)
            _reading.Problems.Error(Codes.TextCut, key.At, $"`{YamlReader.Short(key.Text)}` is no field of {Shape.Title}: YAML cut the text before it in two at the comma", help);
        else
        {
            if (Renamed.TryGetValue(key.Text, out var now) && Shape.Find(now) is not null)
            {
                _reading.Problems.Error(Codes.UnknownField, key.At, $"{Shape.Title} has no field `{key.Text}` any more; it is called `{now}`", $"write `{now}` in its place");
                return;
            }
            if (Map.Entries[index].Value is YamlMap inner && (Shape == _reading.Tables.Check || Shape == _reading.Tables.Step))
            {
                TellNamed(key, inner);
                return;
            }
            var near = _reading.Problems.Near(key.Text, Shape.Fields.Select(field => field.Name));
            _reading.Problems.Error(Codes.UnknownField, key.At, $"{Shape.Title} has no field `{YamlReader.Short(key.Text)}`{(near is null ? "" : $"; did you mean `{near}`?")}", near is null ? $"its fields are {Listed(Shape)}" : null);
        }
    }

    /// <summary>A name, or the slip of a kind, with the fields of a check below it: elsewhere named things are written so.</summary>
    private void TellNamed(YamlScalar key, YamlMap inner)
    {
        var (name, what) = (YamlReader.Short(key.Text), Shape == _reading.Tables.Step ? "step" : "check");
        var kinds = _reading.Tables.Kinds;
        var kind = inner.Entries.Select(entry => kinds.FirstOrDefault(one => one.Name == entry.Key.Text)).FirstOrDefault(one => one is not null);
        if (kind is null && _reading.Problems.Near(key.Text, kinds.Select(one => one.Name)) is { } near)
            _reading.Problems.Error(Codes.UnknownField, key.At, $"{Shape.Title} has no field `{name}`; did you mean `{near}`?", $"its value is the target alone, `{near}: {kinds.First(one => one.Name == near).TargetForm}`, and the other fields stand beside it");
        else
        {
            var target = kind is null ? "its kind and target, such as `http: GET https://shop.example/`"
                : inner.Entries.First(entry => entry.Key.Text == kind.Name).Value is YamlScalar { IsNothing: false } text ? $"`{kind.Name}: {YamlReader.Short(text.Content.Text)}`" : $"`{kind.Name}: {kind.TargetForm}`";
            _reading.Problems.Error(Codes.UnknownField, key.At, $"{Shape.Title} has no field `{name}`; a {what} with a name is an item of a list, and says its name itself", $"write `- name: {name}`, and below it {target} with its other fields");
        }
    }

    private bool Fits(Form form, YamlNode node)
    {
        switch (form, node)
        {
            case (_, YamlBroken):
            case (Form.Text, YamlScalar):
            case (Form.List, YamlList):
            case (Form.Map or Form.Of, YamlMap):
            case (Form.Either, YamlScalar):
                return node is not YamlBroken;
            case (Form.List { OrOne: true, Item: var item }, _):
                return Fits(item, node);
            case (Form.Either either, _):
                return Fits(either.Other, node);
            case (Form.Text, _):
                _reading.TellNoText(node, "this field");
                return false;
            default:
                var due = form switch { Form.List => "a list", Form.Of { Shape: var shape } => $"a mapping ({Listed(shape)})", _ => "a mapping" };
                _reading.Problems.Error(Codes.WrongForm, node.At, $"{due} is due here, not {node.Kind}", null);
                return false;
        }
    }

    private static string Listed(Shape shape)
    {
        var names = shape.Fields.Take(24).Select(field => field.Name);
        return string.Join(", ", names) + (shape.Fields.Length > 24 ? " …" : "") + (shape.Further is null ? "" : " and quantities by name");
    }
}
