using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Kept.Model;

/// <summary>
/// A condition as a tree, parsed once, with the place of every node. One small grammar serves <c>given</c>, <c>uses</c>, <c>expect</c>, filters and alert
/// rules; which nodes may stand where is decided at load, so evaluation meets only what belongs there.
/// </summary>
public abstract record Expression(Place At)
{
    public sealed record Not(Place At, Expression Inner) : Expression(At);

    public sealed record And(Place At, ImmutableArray<Expression> Parts) : Expression(At);

    public sealed record Or(Place At, ImmutableArray<Expression> Parts) : Expression(At);

    /// <summary><c>2 of (a, b, c)</c>: at least <paramref name="Count"/> of the parts.</summary>
    public sealed record AtLeast(Place At, int Count, ImmutableArray<Expression> Parts) : Expression(At);

    /// <summary><c>left == right</c> and its kin.</summary>
    public sealed record Compare(Place At, Operand Left, Comparison Operator, Operand Right) : Expression(At);

    /// <summary><c>x in [a, b]</c>.</summary>
    public sealed record InList(Place At, Operand Left, ImmutableArray<Value> Items) : Expression(At);

    /// <summary><c>x in 200..299</c>, both ends included.</summary>
    public sealed record InRange(Place At, Operand Left, Quantity From, Quantity To) : Expression(At);

    /// <summary><c>text contains 'part'</c> (ordinal), or <c>list contains value</c>.</summary>
    public sealed record Contains(Place At, Operand Left, Operand Right) : Expression(At);

    /// <summary><c>text matches /re/</c>; the automaton is non-backtracking, so no input takes longer than linear time.</summary>
    public sealed record Matches(Place At, Operand Left, Regex Pattern) : Expression(At);

    /// <summary><c>has(x)</c>: true when x was seen, also when it is null. Never unknown.</summary>
    public sealed record Has(Place At, Operand.Seen What) : Expression(At);

    /// <summary><c>any(list, …)</c> or <c>every(list, …)</c>; inside, <c>it</c> is the item. <c>every</c> of an empty list is unknown: nothing was assessed.</summary>
    public sealed record OverItems(Place At, bool Every, Operand.Seen List, Expression Test) : Expression(At);

    /// <summary>A yes-or-no value alone: <c>body.ready</c>.</summary>
    public sealed record IsTrue(Place At, Operand.Seen What) : Expression(At);

    /// <summary><c>during show</c>: the event time lies in the calendar of that name.</summary>
    public sealed record During(Place At, string Calendar) : Expression(At);

    /// <summary>Another promise is kept: <c>storage/upload</c>, <c>image@2</c>. In <c>given</c> a condition, in <c>uses</c> a dependence.</summary>
    public sealed record PromiseHolds(Place At, PromiseName Name) : Expression(At);

    /// <summary>The nodes below this one, in order.</summary>
    public IEnumerable<Expression> Children => this switch
    {
        Not not => [not.Inner],
        And and => and.Parts,
        Or or => or.Parts,
        AtLeast some => some.Parts,
        OverItems over => [over.Test],
        _ => [],
    };

    /// <summary>Whether it asks for a fact of the surroundings: <c>load</c>, <c>region</c>, <c>version</c>.</summary>
    public bool AsksFor(string fact) => Asked.Any(seen => seen.Index < 0 && seen.Name == fact);

    /// <summary>All that it asks to be seen, in order.</summary>
    public IEnumerable<Operand.Seen> Asked => SelfAndDescendants().SelectMany(node => (IEnumerable<Operand?>)(node switch
    {
        Compare compare => [compare.Left, compare.Right],
        InList list => [list.Left],
        InRange range => [range.Left],
        Contains contains => [contains.Left, contains.Right],
        Matches matches => [matches.Left],
        Has has => [has.What],
        OverItems over => [over.List],
        IsTrue alone => [alone.What],
        _ => [],
    })).Select(operand => operand is Operand.Count count ? count.Of : operand as Operand.Seen).OfType<Operand.Seen>();

    /// <summary>This node and all below it.</summary>
    public IEnumerable<Expression> SelfAndDescendants()
    {
        yield return this;
        foreach (var child in Children)
            foreach (var node in child.SelfAndDescendants())
                yield return node;
    }
}

/// <summary>The six comparisons.</summary>
public enum Comparison { Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual }

/// <summary>One side of a comparison.</summary>
public abstract record Operand(Place At)
{
    /// <summary>Written in the document.</summary>
    public sealed record Literal(Place At, Value Value) : Operand(At);

    /// <summary>
    /// Seen by a check, or a fact of the surroundings (<c>load</c>, <c>region</c>, <c>version</c>) in a condition.
    /// <paramref name="Name"/> is the declared name (<c>status</c>, <c>time.dns</c>, <c>body</c>, <c>header</c>, or <c>it</c>), and
    /// <paramref name="Index"/> its place in the kind's list of observed names (−1 for surroundings and <c>it</c>);
    /// <paramref name="Path"/> leads further into it (<c>body.items[0].id</c> → items, 0, id).
    /// </summary>
    public sealed record Seen(Place At, string Name, int Index, ImmutableArray<PathStep> Path) : Operand(At)
    {
        private const string Of = " of ";

        /// <summary>The name under which a figure stands that another promise's checks measure: <c>load of shop/traffic</c>.</summary>
        public static string FigureOf(string quantity, PromiseName promise) => quantity + Of + promise;

        /// <summary>The quantity and the promise of such a name; null for any other.</summary>
        public (string Quantity, PromiseName Promise)? Figure =>
            Index < 0 && Name.IndexOf(Of, StringComparison.Ordinal) is var at and > 0 && PromiseName.TryParse(Name[(at + Of.Length)..], null, out var promise) ? (Name[..at], promise) : null;

        public override string ToString() => Name + string.Concat(Path.Select(step => step.ToString()));
    }

    /// <summary><c>count(x)</c>: how many items.</summary>
    public sealed record Count(Place At, Seen Of) : Operand(At);
}

/// <summary>One step into a body: a member, or an item by number (negative counts from the end, as in RFC 9535).</summary>
public readonly record struct PathStep(string? Member, int Item)
{
    public override string ToString() => Member is { } member
        ? member.Length > 0 && member.All(c => char.IsLetterOrDigit(c) || c is '-' or '_') ? "." + member : $"['{member.Replace("'", "''", StringComparison.Ordinal)}']"
        : $"[{Item}]";
}
