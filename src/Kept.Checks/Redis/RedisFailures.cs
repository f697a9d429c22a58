using System.Collections.Frozen;
using Kept.Model;

namespace Kept.Checks.Redis;

/// <summary>Failures of Redis, as a look would see them.</summary>
internal static class RedisFailures
{
    /// <summary>Commands that answer with nothing where there is nothing, and else with a text that somebody wrote.</summary>
    private static readonly FrozenSet<string> OfTexts = FrozenSet.Create(StringComparer.Ordinal, "GET", "HGET", "LINDEX");

    private static readonly FrozenSet<string> OfNumbers = FrozenSet.Create(
        StringComparer.Ordinal, "DBSIZE", "LASTSAVE", "STRLEN", "GETBIT", "BITCOUNT", "EXISTS", "TTL", "PTTL", "HLEN", "HEXISTS", "LLEN", "SCARD", "SISMEMBER", "ZCARD", "ZCOUNT", "XLEN");

    /// <summary>Always a failure: without its user and its database the command is not given.</summary>
    public static readonly Failure LoginRefused = ToldFailures.LoginRefused(_ => false, _ => []);

    public static readonly Failure Loading = Error("loading", "a server that still loads its data", "LOADING Redis is loading the dataset in memory");

    public static readonly Failure ErrorAnswered = Error("error-answered", "an error in place of the answer", "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.");

    public static readonly Failure AnswerNull = StandardFailures.Answering(
        "answer-null", "nothing in place of the answer", look => OfTexts.Contains(Verb(look.Check)) || Verb(look.Check) is "ZSCORE" or "ZRANK" ? [("answer", new Value.Body("null")), ("value", null)] : []);

    /// <summary>Somebody else wrote there.</summary>
    public static readonly Failure AnswerOther = StandardFailures.Answering(
        "answer-other", "another answer", look => OfTexts.Contains(Verb(look.Check)) ? [("answer", new Value.Body("500 internal error")), ("value", null)] : []);

    /// <summary>Every answer tells its length.</summary>
    public static readonly Failure AnswerTruncated = StandardFailures.Failing("answer-truncated", "an answer cut in the middle", TargetFailure.Reset);

    public static IEnumerable<KeyValuePair<string, Value?>> Healthy(Check check)
    {
        if (!check.IsOverTls())
            foreach (var nothing in Seen.NothingOfTls)
                yield return nothing;
        var verb = Verb(check);
        if (OfNumbers.Contains(verb)) yield return new("value", Value.Of(1m));
        if (verb == "PING") yield return new("answer", new Value.Body("PONG"));
        else if (OfNumbers.Contains(verb)) yield return new("answer", new Value.Body("1"));
        else if (OfTexts.Contains(verb)) yield return new("answer", new Value.Body("text"));
    }

    private static string Verb(Check check) => check.Target.Rest.Split(' ')[0];

    private static Failure Error(string name, string means, string error) => ToldFailures.Telling(
        name, means, asked => asked == "error", _ => [("answer", null), ("value", null), ("error", Value.Of(error))]);
}
