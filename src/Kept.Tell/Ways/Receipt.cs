using Kept.Model;

namespace Kept.Tell;

/// <summary>What came of one try.</summary>
internal enum TryOutcome
{
    /// <summary>The receiver took it.</summary>
    Carried,
    /// <summary>Not now: it is tried again.</summary>
    Failed,
    /// <summary>The receiver will never take this message.</summary>
    Refused,
    /// <summary>The receiver will never take any message again.</summary>
    Gone,
}

/// <summary>What a receiver answered.</summary>
/// <param name="Outcome">What came of it.</param>
/// <param name="Words">In words, without secrets.</param>
/// <param name="After">How long it asked us to wait.</param>
internal sealed record Receipt(TryOutcome Outcome, string Words, Duration? After = null);
