using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kept.Model;

namespace Kept.Judging;

/// <summary>Makes up a look of which everything expected is true, or shows that there is none. What it makes up is judged before it is believed.</summary>
internal sealed class GoodLook
{
    private const int MostSteps = 20_000, MostWays = 256;

    private readonly Check _check;
    private readonly Dictionary<int, Wanted> _wanted = [];
    private readonly Dictionary<int, WantedText> _contents = [];
    private readonly Dictionary<string, Value?> _typical;
    private readonly Trial _trial = new();
    private readonly Budget _budget;
    private readonly Duration _time;

    private GoodLook(Check check, Dictionary<string, Value?> typical, Budget budget)
    {
        (_check, _typical, _budget) = (check, typical, budget);
        _time = check.Kind.IsPassive || check.Timeout.Nanoseconds / 20 > Duration.PerMillisecond * 200 ? Duration.Milliseconds(200) : new Duration(Math.Max(1000, check.Timeout.Nanoseconds / 20));
    }

    /// <summary>The observation; or why there is none, and whether that is certain.</summary>
    /// <param name="Seen">The look, null where none was found.</param>
    /// <param name="Bound">The longest time that the expectations allow, where they speak of it.</param>
    /// <param name="Why">Why there is none.</param>
    /// <param name="IsProven">No answer at all can satisfy the check.</param>
    internal readonly record struct Outcome(Observation? Seen, Duration? Bound, string? Why, bool IsProven);

    public static Outcome Of(Check check, IEnumerable<Expression>? besides = null)
    {
        var typical = new Dictionary<string, Value?>(StringComparer.Ordinal);
        foreach (var (name, value) in check.Kind.Typical?.Invoke(check) ?? []) typical[name] = value;
        var budget = new Budget(MostSteps);
        string? doubt = null, never = null;
        var ways = 0;
        var goals = check.Expect.Select(expected => expected.Test).Concat(besides ?? []).Select(test => new Literal(test, true)).ToList();
        foreach (var way in Ways.Of(goals, budget))
        {
            if (++ways > MostWays)
            {
                budget.Exhaust();
                break;
            }
            var look = new GoodLook(check, typical, budget);
            new Asks(look._trial, look.ValueOf, look.ContentOf).Add(way);
            var bound = look.TimeBound();
            var seen = look.Make();
            if (Judge.ClassOf(check, seen) == LookClass.Good) return new(seen, bound, null, false);
            if (look._trial.IsProven) never ??= look._trial.Never;
            else doubt ??= look._trial.Unsure ?? look._trial.Never ?? "the answer that was made up does not satisfy it";
        }
        if (budget.IsSpent) doubt ??= "there are too many ways to satisfy it";
        return doubt is null ? new(null, null, never ?? "nothing satisfies it", true) : new(null, null, doubt, false);
    }

    private Wanted? ValueOf(Operand.Seen seen)
    {
        if (seen.Index < 0 || seen.Index >= _check.Kind.Sees.Length) return null;
        if (_wanted.TryGetValue(seen.Index, out var there)) return there;
        return _wanted[seen.Index] = new Wanted(_trial, seen.Name, _check.Kind.Sees[seen.Index].Form switch
        {
            ObservedForm.Quantity => Sorts.Number,
            ObservedForm.Text => Sorts.Text,
            ObservedForm.Flag => Sorts.Flag,
            ObservedForm.List => Sorts.List,
            ObservedForm.Map => Sorts.Map,
            _ => Sorts.Any,
        });
    }

    private WantedText? ContentOf(Operand.Seen seen)
    {
        if (seen.Index < 0 || seen.Index >= _check.Kind.Sees.Length || _check.Kind.Sees[seen.Index].Form != ObservedForm.Body) return null;
        return _contents.TryGetValue(seen.Index, out var there) ? there : _contents[seen.Index] = new WantedText();
    }

    /// <summary>The longest of what is asked of the time and of what is timed besides. Ask before anything is made: then the time-out is added.</summary>
    private Duration? TimeBound()
    {
        Duration? longest = null;
        var whole = Index("time", "duration");
        foreach (var (index, wanted) in _wanted)
            if ((index == whole || _check.Kind.Sees[index].IsOfLook) && wanted.Bounds?.High is { } high && high is > 0 and < long.MaxValue && (longest is not { } known || high > known.Nanoseconds))
                longest = new Duration((long)high);
        return longest;
    }

    private int? Index(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (_check.Kind.IndexOf(name) is var at and >= 0)
                return at;
        return null;
    }

    private Observation Make()
    {
        var kind = _check.Kind;
        var values = new Value?[kind.Sees.Length];
        var time = _time;
        if (Index("time") is { } whole && _wanted.TryGetValue(whole, out var bound) && bound.Bounds is { } bounds)
            time = new Duration((long)Math.Clamp(bounds.Pick(_time.Nanoseconds) ?? _time.Nanoseconds, 1, long.MaxValue / 100));
        for (var i = 0; i < values.Length; i++) values[i] = ValueAt(i, kind.Sees[i], time);
        long Nanoseconds(string name) => kind.IndexOf(name) is var at and >= 0 && values[at] is Value.Measured { Quantity: { Dimension: Dimension.Time } quantity } ? (long)quantity.Amount : -1;
        var code = kind.IndexOf("status") is var status and >= 0 && values[status] is Value.Measured { Quantity.Amount: var amount } && amount is >= 0 and <= 999 ? (int)amount : -1;
        return new Observation
        {
            StartedAt = default,
            Reach = Reach.Answered,
            Code = code,
            Values = System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(values),
            Phases = new Phases(Nanoseconds("time.dns"), Nanoseconds("time.connect"), Nanoseconds("time.tls"), Nanoseconds("time.first-byte"), kind.IndexOf("time") >= 0 ? Nanoseconds("time") : Nanoseconds("duration")),
        };
    }

    private Value? ValueAt(int index, ObservedName name, Duration time)
    {
        var wanted = _wanted.GetValueOrDefault(index);
        var content = _contents.GetValueOrDefault(index);
        if (_typical.TryGetValue(name.Name, out var special) && special is null)
        {
            if (wanted?.IsNeeded == true || content is { IsEmpty: false }) _trial.Fails($"a look of this check never sees `{name.Name}`");
            return null;
        }
        wanted?.Settle();
        if (wanted is { IsMissing: true }) return null;
        var isAsked = wanted?.IsNeeded == true || content is { IsEmpty: false };
        if (!isAsked && special is null && name.Optional) return null;
        var typical = special ?? name.Typical;
        switch (name.Form)
        {
            case ObservedForm.Quantity: return QuantityAt(name, wanted, typical, time);
            case ObservedForm.Text: return Value.Of(wanted?.Text?.Pick((typical as Value.Text)?.Content ?? "text", _trial) ?? (typical as Value.Text)?.Content ?? "text");
            case ObservedForm.Flag: return Value.Of(wanted?.Flag((typical as Value.Flag)?.IsTrue ?? true) ?? (typical as Value.Flag)?.IsTrue ?? true);
            case ObservedForm.List: return wanted?.IsListed == true ? new Value.List([.. wanted.Items(_budget).Select(ItemOf)]) : typical ?? new Value.List([Value.Of("text")]);
            case ObservedForm.Map: return MapAt(wanted, typical);
            default: return BodyAt(wanted, content, (typical as Value.Body)?.Content ?? """{"status":"ok"}""");
        }
    }

    private Value QuantityAt(ObservedName name, Wanted? wanted, Value? typical, Duration time)
    {
        var isTime = Domains.IsTimeOfLook(name);
        if (wanted?.Bounds is { } bounds) Domains.Add(bounds, name, _check);
        var preferred = typical is Value.Measured measured ? measured.Quantity.Amount : name.Dimension switch
        {
            Dimension.Time => isTime ? time.Nanoseconds * Share(name.Name) : Duration.PerSecond,
            Dimension.Size => 1000m,
            Dimension.Ratio => 0.5m,
            _ => 1m,
        };
        if (name.Dimension == Dimension.Time) preferred = decimal.Floor(preferred);
        var amount = wanted?.Number(preferred) ?? preferred;
        return Value.Of(name.Dimension == Dimension.Rate ? Quantity.Rate(amount, Duration.Seconds(1)) : new Quantity(amount, name.Dimension));
    }

    /// <summary>Phases as they lie in a typical look.</summary>
    private static decimal Share(string name) => name switch { "time" => 1, "time.dns" => 0.02m, "time.connect" => 0.1m, "time.tls" => 0.2m, _ => 0.5m };

    private Value.Map MapAt(Wanted? wanted, Value? typical)
    {
        var entries = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, text) in (typical as Value.Map)?.Entries.AsEnumerable() ?? []) entries[name] = text;
        if (wanted?.IsNeeded == true && wanted.Make(_budget) is JsonObject made)
            foreach (var (name, node) in made)
                entries[name] = node is JsonValue value && value.TryGetValue<string>(out var text) ? text : node?.ToJsonString() ?? "";
        foreach (var name in wanted?.MissingMembers ?? []) entries.Remove(name);
        return new Value.Map(System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(entries, StringComparer.OrdinalIgnoreCase));
    }

    private Value.Body BodyAt(Wanted? wanted, WantedText? content, string typical)
    {
        if (wanted is not { IsShaped: true })
        {
            if (wanted?.MissingMembers.Any() == true) typical = wanted.MissingMembers.Contains("status") ? """{"answer":"ok"}""" : """{"status":"ok"}""";
            return new(content is { IsEmpty: false } ? content.Pick(typical, _trial) ?? "" : typical);
        }
        var json = wanted.Make(_budget);
        var text = json?.ToJsonString() ?? "null";
        if (content is null or { IsEmpty: true } || content.Accepts(text)) return new(text);
        // one more member, in which stands what the text of the whole must hold
        if (json is JsonObject map)
        {
            var key = "text";
            while (map.ContainsKey(key)) key += "-";
            map[key] = content.Addition;
            text = map.ToJsonString(Unescaped);
            if (content.Accepts(text)) return new(text);
        }
        _trial.Doubts("the body is asked for as JSON and as a text");
        return new(text);
    }

    private static readonly JsonSerializerOptions Unescaped = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static Value ItemOf(JsonNode? node) => node switch
    {
        JsonValue value when value.TryGetValue<string>(out var text) => Value.Of(text),
        JsonValue value when value.TryGetValue<bool>(out var flag) => Value.Of(flag),
        JsonValue value when value.TryGetValue<decimal>(out var number) => Value.Of(number),
        _ => new Value.Nothing(),
    };
}
