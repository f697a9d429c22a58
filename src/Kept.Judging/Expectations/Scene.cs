using Kept.Model;

namespace Kept.Judging;

/// <summary>What an expression is evaluated against: one observation, or the surroundings of a condition.</summary>
internal struct Scene
{
    /// <summary>
    /// Most work one look may cause inside <c>any</c> and <c>every</c>, in items and 16 characters of text. The answer decides how many items there are, so
    /// without a bound nested lists would let a target keep us busy for hours.
    /// </summary>
    public const long MostWork = 200_000;

    public Observation? Observation;
    public Surroundings? Around;
    public Instant At;
    public Sight Item;
    public int Depth;
    public long Work;
    private Dictionary<Operand.Seen, Sight>? _outside;

    public bool IsExhausted => Work > MostWork;

    public Sight Resolve(Operand.Seen what)
    {
        if (Depth == 0) return Find(what);
        if (what.Name == "it") return Find(what);
        // Inside a loop what does not depend on the item is looked up once: a lookup costs time in the number of members.
        _outside ??= new Dictionary<Operand.Seen, Sight>(ReferenceEqualityComparer.Instance);
        if (!_outside.TryGetValue(what, out var sight)) _outside[what] = sight = Find(what);
        return sight;
    }

    public Sight Resolve(Operand operand) => operand switch
    {
        Operand.Seen seen => Resolve(seen),
        Operand.Literal literal => Sight.Of(literal.Value),
        Operand.Count count => CountOf(Resolve(count.Of)),
        _ => Sight.Missing,
    };

    private readonly Sight Find(Operand.Seen what)
    {
        var sight = Root(what);
        foreach (var step in what.Path)
            sight = sight.Step(step);
        return sight;
    }

    private readonly Sight Root(Operand.Seen what)
    {
        if (what.Index >= 0)
            return Observation is { } seen && what.Index < seen.Values.Length ? Sight.Of(seen.Values[what.Index]) : Sight.Missing;
        if (what.Name == "it") return Depth > 0 ? Item : Sight.Missing;
        if (Around is not { } around) return Sight.Missing;
        if (around.FigureOf?.Invoke(what) is { } figure) return Sight.Of(Value.Of(figure));
        return what.Name switch
        {
            "load" => around.Load is { } load ? Sight.Of(Value.Of(load)) : Sight.Missing,
            "region" => around.Region is { } region ? Sight.Of(Value.Of(region)) : Sight.Missing,
            "version" => around.Version is { } version ? Sight.Of(Value.Of(version)) : Sight.Missing,
            _ => Sight.Missing,
        };
    }

    private static Sight CountOf(Sight of) => of.Form switch
    {
        SightForm.JsonItems => Sight.Number(of.Json.GetArrayLength()),
        SightForm.Items => Sight.Number(of.Items.Length),
        SightForm.Map => Sight.Number(of.Entries.Count),
        SightForm.Body => of.JsonRoot() is { Form: SightForm.JsonItems } root ? CountOf(root) : Sight.Odd("not a JSON list"),
        SightForm.Missing or SightForm.Unreadable or SightForm.Odd => of,
        SightForm.Null => Sight.Odd("null, not a list"),
        _ => Sight.Odd("not a list"),
    };
}
