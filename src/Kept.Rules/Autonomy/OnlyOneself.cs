using Kept.Model;

namespace Kept.Rules;

/// <summary>R02. Only the promiser changes its promise, and only the user accepts it. The form of documents sees to it inside one house.</summary>
internal static class OnlyOneself
{
    public static readonly Rule Rule = new(
        "R02", Severity.Error, "Only the promiser changes it, only the user accepts it",
        "A promise is given by one side and accepted by the other. Nobody accepts his own offer, and a document speaks for one agent only.",
        RuleTheme.Autonomy, RuleSource.Primary, [],
        [new("notices, withdrawals and acceptances carry the signature of their author", "signatures are exchanged between houses; a folder holds none")])
    {
        DecidedByReader =
        [
            new("an agent does not accept its own promises", "L044"),
            new("one document speaks for one agent, and each agent has one", "L018"),
            new("a house that names its agents holds no document of another", "L043"),
        ],
    };
}
