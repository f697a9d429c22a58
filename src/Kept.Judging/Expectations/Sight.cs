using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using Kept.Model;

namespace Kept.Judging;

/// <summary>What stands where an expression looks.</summary>
internal enum SightForm : byte
{
    /// <summary>Nothing was seen there.</summary>
    Missing,
    /// <summary>There is no looking there (a path into what is no JSON); <see cref="Sight.Words"/> says why.</summary>
    Unreadable,
    /// <summary>Something is there that cannot be compared exactly; <see cref="Sight.Words"/> says why.</summary>
    Odd,
    Null, Flag, Number, Text, Items, JsonItems, JsonMap, Map, Body,
}

/// <summary>A value where an expression looks: written, seen, or found inside a body. A struct, because a look resolves several and keeps none.</summary>
internal readonly struct Sight
{
    private readonly object? _thing;

    private Sight(SightForm form, object? thing = null, Quantity amount = default, JsonElement json = default, bool isTrue = false)
    {
        Form = form;
        _thing = thing;
        Amount = amount;
        Json = json;
        IsTrue = isTrue;
    }

    public SightForm Form { get; }
    public Quantity Amount { get; }
    public JsonElement Json { get; }
    public bool IsTrue { get; }

    public bool IsThere => Form > SightForm.Odd;

    /// <summary>The text of a text or body, or why it is unreadable.</summary>
    public string Words => _thing switch { string text => text, Value.Body body => body.Content, _ => "" };

    public ImmutableArray<Value> Items => ((Value.List)_thing!).Items;

    public FrozenDictionary<string, string> Entries => ((Value.Map)_thing!).Entries;

    public static readonly Sight Missing;

    public static Sight Unreadable(string why) => new(SightForm.Unreadable, why);

    public static Sight Odd(string why) => new(SightForm.Odd, why);

    public static Sight Number(decimal amount) => new(SightForm.Number, amount: Quantity.Number(amount));

    public static Sight Of(Value? value) => value switch
    {
        Value.Measured measured => new(SightForm.Number, amount: measured.Quantity),
        Value.Text text => new(SightForm.Text, text.Content),
        Value.Flag flag => new(SightForm.Flag, isTrue: flag.IsTrue),
        Value.Nothing => new(SightForm.Null),
        Value.List list => new(SightForm.Items, list),
        Value.Map map => new(SightForm.Map, map),
        Value.Body body => new(SightForm.Body, body),
        _ => Missing,
    };

    public static Sight Of(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Null: return new(SightForm.Null);
            case JsonValueKind.True: return new(SightForm.Flag, isTrue: true);
            case JsonValueKind.False: return new(SightForm.Flag);
            case JsonValueKind.Array: return new(SightForm.JsonItems, json: json);
            case JsonValueKind.Object: return new(SightForm.JsonMap, json: json);
            case JsonValueKind.Number: return ExactNumber.TryRead(json, out var number) ? Number(number) : Odd("a number with more digits than a decimal holds");
            case JsonValueKind.String:
                try
                {
                    return new(SightForm.Text, json.GetString());
                }
                catch (InvalidOperationException)
                {
                    return Odd("a text that is not valid Unicode");
                }
            default: return Missing;
        }
    }

    /// <summary>One step further in. A step that leads nowhere is missing; a body that is no JSON says so.</summary>
    public Sight Step(PathStep step)
    {
        switch (Form)
        {
            case SightForm.Body:
                return JsonRoot() is { } root ? root.Step(step) : Unreadable("not JSON");
            case SightForm.JsonMap when step.Member is { } member:
                try
                {
                    return Json.TryGetProperty(member, out var found) ? Of(found) : Missing;
                }
                catch (InvalidOperationException)
                {
                    return Odd("an object with a name that is not valid Unicode");
                }
                catch (ArgumentException)
                {
                    return Missing; // half a surrogate pair: no JSON has such a name
                }
            case SightForm.JsonItems when step.Member is null:
                var length = Json.GetArrayLength();
                var at = step.Item < 0 ? (long)length + step.Item : step.Item;
                return at >= 0 && at < length ? Of(Json[(int)at]) : Missing;
            case SightForm.Items when step.Member is null:
                var place = step.Item < 0 ? (long)Items.Length + step.Item : step.Item;
                return place >= 0 && place < Items.Length ? Of(Items[(int)place]) : Missing;
            case SightForm.Map when step.Member is { } name:
                return Entry(name) is { } entry ? new(SightForm.Text, entry) : Missing;
            case SightForm.Unreadable or SightForm.Odd:
                return this;
            default:
                return Missing;
        }
    }

    /// <summary>The body's JSON; null when it is none.</summary>
    public Sight? JsonRoot()
    {
        if (_thing is not Value.Body body) return null;
        try
        {
            return body.Json is { } json ? Of(json) : null;
        }
        catch (ArgumentException)
        {
            return null; // text with half a surrogate pair: no JSON
        }
    }

    private string? Entry(string name)
    {
        if (Entries.TryGetValue(name, out var exact)) return exact;
        if (ReferenceEquals(Entries.Comparer, StringComparer.OrdinalIgnoreCase)) return null;
        foreach (var (key, value) in Entries)
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
                return value;
        return null;
    }
}
