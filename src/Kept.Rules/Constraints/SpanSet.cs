using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Rules;

/// <summary>An interval of quantities of one dimension; a missing end is open to infinity.</summary>
internal readonly record struct Span(Quantity? From, bool FromIn, Quantity? To, bool ToIn)
{
    public bool IsEmpty => From is { } from && To is { } to && (SpanSet.Compare(from, to) is var order && (order > 0 || (order == 0 && !(FromIn && ToIn))));
}

/// <summary>
/// A set of quantities as a finite union of disjoint intervals in ascending order, so that intersection, inclusion and emptiness are exact. Quantities are dense:
/// no whole-number gaps are known.
/// </summary>
internal sealed class SpanSet
{
    public static readonly SpanSet All = new([new(null, false, null, false)]);
    public static readonly SpanSet None = new([]);

    private SpanSet(ImmutableArray<Span> spans) => Spans = spans;

    public ImmutableArray<Span> Spans { get; }

    public bool IsEmpty => Spans.IsEmpty;

    public static SpanSet Of(Span span) => span.IsEmpty ? None : new([span]);

    public static SpanSet Of(Comparison comparison, Quantity value) => comparison switch
    {
        Comparison.Less => Of(new Span(null, false, value, false)),
        Comparison.LessOrEqual => Of(new Span(null, false, value, true)),
        Comparison.Greater => Of(new Span(value, false, null, false)),
        Comparison.GreaterOrEqual => Of(new Span(value, true, null, false)),
        Comparison.Equal => Of(new Span(value, true, value, true)),
        _ => new([new(null, false, value, false), new(value, false, null, false)]),
    };

    public static SpanSet OfRange(Quantity from, Quantity to) => Of(new Span(from, true, to, true));

    public SpanSet And(SpanSet other)
    {
        var spans = ImmutableArray.CreateBuilder<Span>();
        var (i, j) = (0, 0);
        while (i < Spans.Length && j < other.Spans.Length)
        {
            var (a, b) = (Spans[i], other.Spans[j]);
            var (from, fromIn) = LaterStart(a, b);
            var (to, toIn) = EarlierEnd(a, b);
            var both = new Span(from, fromIn, to, toIn);
            if (!both.IsEmpty) spans.Add(both);
            if (EndsFirst(a, b)) i++;
            else j++;
        }
        return new(spans.ToImmutable());
    }

    public SpanSet Or(SpanSet other) => Not().And(other.Not()).Not();

    public SpanSet Not()
    {
        var spans = ImmutableArray.CreateBuilder<Span>();
        Quantity? from = null;
        var fromIn = false;
        foreach (var span in Spans)
        {
            if (span.From is { } start)
            {
                var gap = new Span(from, fromIn, start, !span.FromIn);
                if (!gap.IsEmpty) spans.Add(gap);
            }
            if (span.To is not { } end) return new(spans.ToImmutable());
            (from, fromIn) = (end, !span.ToIn);
        }
        spans.Add(new Span(from, fromIn, null, false));
        return new(spans.ToImmutable());
    }

    public bool IsWithin(SpanSet other) => And(other.Not()).IsEmpty;

    public bool SameAs(SpanSet other) => IsWithin(other) && other.IsWithin(this);

    public bool Contains(Quantity value) => !And(Of(Comparison.Equal, value)).IsEmpty;

    /// <summary>Order within one dimension, also for rates whose cross product would not fit a decimal.</summary>
    public static int Compare(Quantity a, Quantity b)
    {
        try
        {
            return a.CompareTo(b);
        }
        catch (OverflowException)
        {
            return (a.Amount / a.PerNanoseconds).CompareTo(b.Amount / b.PerNanoseconds);
        }
    }

    private static (Quantity? From, bool In) LaterStart(Span a, Span b)
    {
        if (a.From is not { } x) return (b.From, b.FromIn);
        if (b.From is not { } y) return (x, a.FromIn);
        var order = Compare(x, y);
        return order > 0 ? (x, a.FromIn) : order < 0 ? (y, b.FromIn) : (x, a.FromIn && b.FromIn);
    }

    private static (Quantity? To, bool In) EarlierEnd(Span a, Span b)
    {
        if (a.To is not { } x) return (b.To, b.ToIn);
        if (b.To is not { } y) return (x, a.ToIn);
        var order = Compare(x, y);
        return order < 0 ? (x, a.ToIn) : order > 0 ? (y, b.ToIn) : (x, a.ToIn && b.ToIn);
    }

    private static bool EndsFirst(Span a, Span b)
    {
        if (a.To is not { } x) return false;
        if (b.To is not { } y) return true;
        var order = Compare(x, y);
        return order < 0 || (order == 0 && !a.ToIn);
    }
}
