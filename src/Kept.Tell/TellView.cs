using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Tell;

/// <summary>How telling stands at one moment. Immutable.</summary>
/// <param name="Routes">In the order of <c>house.yaml</c>.</param>
/// <param name="Silences">Those that hold.</param>
/// <param name="Fault">Why nothing can be told at all; null while it can.</param>
public sealed record TellView(ImmutableArray<RouteView> Routes, ImmutableArray<Silence> Silences, string? Fault)
{
    public static readonly TellView None = new([], [], null);
}

/// <summary>One route as it stands.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">webhook, mail or ntfy.</param>
/// <param name="ToldCount">Messages it carried.</param>
/// <param name="Waiting">Messages that wait.</param>
/// <param name="DeadCount">Messages that were given up.</param>
/// <param name="ProvenAt">When it last carried one; null: never.</param>
/// <param name="LastAnswer">What its receiver answered then.</param>
/// <param name="FailingSince">Since when nothing goes through; null while it works.</param>
/// <param name="LastError">Why the last one did not.</param>
/// <param name="NextTry">When it is tried again.</param>
/// <param name="IsGone">Its receiver said that it is gone for good.</param>
/// <param name="Dead">The newest that were given up.</param>
public sealed record RouteView(
    string Name, string Kind, long ToldCount, int Waiting, long DeadCount, Instant? ProvenAt, string? LastAnswer, Instant? FailingSince, string? LastError, Instant? NextTry, bool IsGone,
    ImmutableArray<DeadLetter> Dead)
{
    /// <summary>As <c>house.yaml</c> writes it: what it is told, and how often it is tried.</summary>
    public required TellRoute Settings { get; init; }

    /// <summary>What waits, oldest first.</summary>
    public ImmutableArray<WaitingLetter> Letters { get; init; } = [];

    /// <summary>When a message tries it that says so, unless it carries another before; null where it is never tried.</summary>
    public Instant? CanaryDue { get; init; }
}

/// <summary>A message that waits.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Title">What it says.</param>
/// <param name="At">When it was made.</param>
public sealed record WaitingLetter(string Id, string Title, Instant At);

/// <summary>What came of a message that a person asked for.</summary>
public sealed record TestAnswer(string Route, string Kind, bool Carried, string Words);
