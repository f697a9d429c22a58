using System.Text.Json.Nodes;
using Kept.Model;

namespace Kept.Judging;

/// <summary>What a value may be, as JSON and observations know values.</summary>
[Flags]
internal enum Sorts { Nothing = 1, Flag = 2, Number = 4, Text = 8, List = 16, Map = 32, Any = 63 }

/// <summary>
/// What one way asks of one value and of all that lies inside it, and the making of such a value. Contradictions that are certain are told to the trial as such;
/// where the order of tests made a choice (text or list?) a failure is only a doubt.
/// </summary>
internal sealed class Wanted(Trial trial, string name, Sorts sorts)
{
    private Sorts _sorts = sorts;
    private bool? _flag;
    private Bounds? _count;
    private Dictionary<string, Wanted>? _members;
    private SortedDictionary<int, Wanted>? _items;
    private List<Value>? _holds;
    private List<List<Literal>>? _some;
    private List<Literal>? _all;

    public string Name => name;
    public Bounds? Bounds { get; private set; }
    public WantedText? Text { get; private set; }
    public bool IsThere { get; private set; }
    public bool IsMissing { get; private set; }

    /// <summary>Whether anything at all is asked that a value must be there for.</summary>
    public bool IsNeeded => IsThere || _members?.Values.Any(member => member.IsNeeded) == true || _items?.Values.Any(item => item.IsNeeded) == true;

    /// <summary>Whether more is asked than that something is there.</summary>
    public bool IsShaped => _sorts != Sorts.Any || _members?.Values.Any(member => member.IsNeeded) == true || _items?.Values.Any(item => item.IsNeeded) == true;

    /// <summary>Members at the top that shall be missing.</summary>
    public IEnumerable<string> MissingMembers => _members?.Where(member => member.Value.IsMissing).Select(member => member.Key) ?? [];

    public void BeThere() => IsThere = true;

    public void BeMissing() => IsMissing = true;

    /// <summary>It is there, and one of these.</summary>
    public void Be(Sorts sorts)
    {
        IsThere = true;
        if ((_sorts & sorts) == 0) trial.Fails($"`{name}` cannot be two things at once");
        _sorts &= sorts;
    }

    public bool MayBe(Sorts sorts) => (_sorts & sorts) != 0;

    /// <summary>Whether it can only be a list by what was asked before.</summary>
    public bool IsListed => _count is not null || _some is not null || _all is not null || _items is not null || _holds is not null;

    public void BeFlag(bool flag)
    {
        Be(Sorts.Flag);
        if (_flag is { } other && other != flag) trial.Fails($"`{name}` cannot be both true and false");
        _flag = flag;
    }

    public void Compares(Comparison comparison, decimal amount)
    {
        Be(Sorts.Number);
        (Bounds ??= new()).Add(comparison, amount);
        if (Bounds.IsEmpty) trial.Fails($"no value of `{name}` satisfies all that is asked of it");
    }

    public WantedText AsText()
    {
        Be(Sorts.Text);
        return Text ??= new();
    }

    public void Counts(Comparison comparison, decimal amount)
    {
        Be(Sorts.List);
        (_count ??= new()).Add(comparison, amount);
        if (_count.IsEmpty) trial.Fails($"no count of `{name}` satisfies all that is asked of it");
    }

    public void Holds(Value value)
    {
        Be(Sorts.List);
        (_holds ??= []).Add(value);
    }

    /// <summary>At least one item is so.</summary>
    public void HasItem(Expression test, bool wanted)
    {
        Be(Sorts.List);
        (_some ??= []).Add([new(test, wanted)]);
    }

    /// <summary>Every item is so.</summary>
    public void AllItems(Expression test, bool wanted)
    {
        Be(Sorts.List);
        (_all ??= []).Add(new(test, wanted));
    }

    public Wanted Step(PathStep step)
    {
        if (step.Member is { } member)
        {
            _members ??= new(StringComparer.Ordinal);
            return _members.TryGetValue(member, out var there) ? there : _members[member] = new Wanted(trial, name + step, Sorts.Any);
        }
        _items ??= [];
        return _items.TryGetValue(step.Item, out var item) ? item : _items[step.Item] = new Wanted(trial, name + step, Sorts.Any);
    }

    /// <summary>The value as JSON; call it only where it <see cref="IsNeeded"/>. What it is where the trial failed does not matter.</summary>
    public JsonNode? Make(Budget budget)
    {
        Settle();
        if (MayBe(Sorts.Map) && _members is { } members && (_sorts == Sorts.Map || members.Values.Any(member => member.IsNeeded)))
        {
            var map = new JsonObject();
            foreach (var (key, member) in members)
                if (member.IsNeeded) map[key] = member.Make(budget);
            return map;
        }
        if (_sorts == Sorts.List) return Items(budget);
        if (_flag is { } flag) return JsonValue.Create(flag);
        if (Bounds is { } bounds) return JsonValue.Create(Number(1));
        if (MayBe(Sorts.Text)) return JsonValue.Create(Text is { } text ? text.Pick("text", trial) : "text");
        return MayBe(Sorts.Number) ? JsonValue.Create(1) : MayBe(Sorts.Flag) ? JsonValue.Create(true) : MayBe(Sorts.List) ? new JsonArray("text") : MayBe(Sorts.Map) ? new JsonObject() : null;
    }

    public decimal Number(decimal preferred)
    {
        if (Bounds is not { } bounds) return preferred;
        if (bounds.IsEmpty) trial.Fails($"no value of `{name}` satisfies all that is asked of it");
        else if (bounds.Pick(preferred) is { } picked) return picked;
        else trial.Doubts($"no value of `{name}` was found that satisfies all that is asked of it");
        return preferred;
    }

    public bool Flag(bool preferred) => _flag ?? preferred;

    /// <summary>What lies inside decides what it is.</summary>
    public void Settle()
    {
        if (IsMissing && IsNeeded) trial.Fails($"`{name}` cannot be both missing and there");
        if (_members?.Values.Any(member => member.IsNeeded) == true) Be(Sorts.Map);
        if (_items?.Values.Any(item => item.IsNeeded) == true) Be(Sorts.List);
        foreach (var inner in (_members?.Values ?? Enumerable.Empty<Wanted>()).Concat(_items?.Values ?? Enumerable.Empty<Wanted>()))
            if (inner.IsMissing && inner.IsNeeded)
                trial.Fails($"`{inner.Name}` cannot be both missing and there");
    }

    /// <summary>Items that satisfy what is asked of some, of all, and of how many there are.</summary>
    public JsonArray Items(Budget budget)
    {
        var list = new JsonArray();
        if (_items is { } numbered && numbered.Values.Any(item => item.IsNeeded))
        {
            if (_all is not null) trial.Doubts($"items of `{name}` are asked for by number and all together");
            var needed = numbered.Where(item => item.Value.IsNeeded).Select(item => item.Key).ToList();
            var length = Math.Max(needed.Max() + 1, -needed.Min());
            if (length > 1000 || (needed.Max() >= 0 && needed.Min() < 0)) trial.Doubts($"items of `{name}` are asked for from both ends, or very far in");
            for (var i = 0; i < Math.Min(length, 1000) && budget.Spend(); i++)
                list.Add(numbered.TryGetValue(i, out var item) && item.IsNeeded || numbered.TryGetValue(i - length, out item) && item.IsNeeded ? item.Make(budget) : JsonValue.Create("text"));
            if (numbered.Values.Any(item => item.IsMissing)) trial.Doubts($"items of `{name}` shall be missing");
        }
        foreach (var value in _holds ?? [])
            list.Add(ItemOf(value));
        foreach (var goal in _some ?? [])
            if (GoodItem.Of([.. goal, .. _all ?? []], $"an item of `{name}`", trial, budget) is var (made, node) && made)
                list.Add(node);
        var least = _count?.Pick(list.Count) is { } count && count >= list.Count ? count : list.Count;
        if (_count is { } counted && !counted.Contains(least))
        {
            // what must be in it is more than it may hold, or it must hold part of an item
            if (counted.Pick(0) is null or < 0) trial.Doubts($"no count of `{name}` was found");
            else if (_holds is null && _items is null && (_some?.Count ?? 0) <= 1 && counted.High is < 1 && list.Count == 1) trial.Fails($"`{name}` must hold an item and may hold none");
            else trial.Doubts($"the items asked of `{name}` do not fit into its count");
        }
        // Each item costs: lists of lists of lists grow beyond any memory otherwise.
        while (list.Count < Math.Min(least, 2000) && budget.Spend())
            if (_all is null) list.Add("text");
            else if (GoodItem.Of(_all, $"an item of `{name}`", trial, budget) is var (made, node) && made) list.Add(node);
            else break;
        if (budget.IsSpent) trial.Doubts("there is too much to make up");
        return list;
    }

    private static JsonValue? ItemOf(Value value) => value switch
    {
        Value.Measured measured => JsonValue.Create(measured.Quantity.Amount),
        Value.Text text => JsonValue.Create(text.Content),
        Value.Flag flag => JsonValue.Create(flag.IsTrue),
        _ => null,
    };
}

/// <summary>Makes one item of a list, of which alone the tests speak as <c>it</c>.</summary>
internal static class GoodItem
{
    /// <summary>False where none was made; the trial then says why.</summary>
    public static (bool Made, JsonNode? Node) Of(IReadOnlyList<Literal> goals, string name, Trial outer, Budget budget)
    {
        string? never = null;
        foreach (var way in Ways.Of(goals, budget))
        {
            var trial = new Trial();
            var item = new Wanted(trial, name, Sorts.Any);
            var asks = new Asks(trial, operand => operand.Name == "it" ? item : null);
            asks.Add(way);
            var node = item.IsNeeded ? item.Make(budget) : JsonValue.Create("text");
            if (item.IsMissing && !item.IsNeeded) trial.Doubts("an item shall be missing");
            if (trial.Never is null)
            {
                if (trial.Unsure is { } unsure) outer.Doubts(unsure);
                return (true, node);
            }
            if (!trial.IsProven)
            {
                outer.Doubts(trial.Unsure ?? "an item is not understood");
                return (false, null);
            }
            never ??= trial.Never;
        }
        if (budget.IsSpent) outer.Doubts("there are too many ways to satisfy it");
        else outer.Fails(never ?? $"nothing satisfies {name}");
        return (false, null);
    }
}
