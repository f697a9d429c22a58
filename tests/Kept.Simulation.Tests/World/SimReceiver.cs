using Kept.Model;
using Kept.Tell;

namespace Kept.Simulation.Tests.World;

/// <summary>Who is told: takes what comes, or fails for a while.</summary>
internal sealed class SimReceiver
{
    /// <summary>What arrived, in order: a message may come more than once, and then under its own id.</summary>
    public List<(Instant At, Message Message)> Got { get; } = [];

    public bool IsDown { get; set; }

    /// <summary>Takes the message, and its answer is lost on the way back.</summary>
    public bool LosesAnswers { get; set; }

    public Receipt Take(Message message, Instant now)
    {
        if (IsDown) return new Receipt(TryOutcome.Failed, "503");
        Got.Add((now, message));
        return LosesAnswers ? new Receipt(TryOutcome.Failed, "no answer within 20 s") : new Receipt(TryOutcome.Carried, "204");
    }
}
