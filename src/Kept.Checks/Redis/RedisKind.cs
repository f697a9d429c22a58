using System.Collections.Frozen;
using Kept.Model;

namespace Kept.Checks.Redis;

/// <summary>The kind <c>redis</c>.</summary>
internal static class RedisKind
{
    /// <summary>Commands that change nothing, and that answer at once.</summary>
    private static readonly FrozenSet<string> ReadOnly = FrozenSet.Create(
        StringComparer.Ordinal,
        "PING", "ECHO", "TIME", "ROLE", "DBSIZE", "LASTSAVE", "INFO", "GET", "MGET", "GETRANGE", "STRLEN", "GETBIT", "BITCOUNT", "EXISTS", "TYPE", "TTL", "PTTL", "HGET", "HMGET",
        "HGETALL", "HLEN", "HEXISTS", "LLEN", "LINDEX", "LRANGE", "SCARD", "SISMEMBER", "SMEMBERS", "ZCARD", "ZCOUNT", "ZRANGE", "ZRANK", "ZSCORE", "XLEN");

    private const string Example = "cache.example:6379, or with a command: LLEN orders at cache.example";

    public static readonly CheckKind Kind = new(
        "redis", "Speaks the protocol of Redis and Valkey (RESP): logs in where asked, gives one command that changes nothing, and shows its answer.", "[COMMAND at] HOST[:PORT]", ReadTarget,
        Fields:
        [
            Settings.User,
            Settings.Password,
            new("database", FieldForm.Text, "the number of the database (redis), its name (postgres)"),
            Settings.OverTls,
            Settings.BodyLimit("64KiB"),
            Settings.Addresses,
        ],
        Sees:
        [
            new("answer", ObservedForm.Body, Dimension.Number, "the answer: its text, null for nothing, and a JSON array for several"),
            new("value", ObservedForm.Quantity, Dimension.Number, "the answer as a number, where it is one", Optional: true),
            new("error", ObservedForm.Text, Dimension.Number, "the error that it answered; a failure unless the check asks for it", Optional: true),
            new("size", ObservedForm.Quantity, Dimension.Size, "bytes that came"),
            .. Seen.TimeAndPhases,
            new("time.first-byte", ObservedForm.Quantity, Dimension.Time, "from being connected to the first byte of an answer"),
            Seen.Ip,
            .. Seen.OfTls,
        ],
        Failures:
        [
            "refused", "timeout", "reset", "name-not-found", "handshake-failed", RedisFailures.LoginRefused, RedisFailures.Loading, RedisFailures.ErrorAnswered, RedisFailures.AnswerNull, RedisFailures.AnswerOther,
            RedisFailures.AnswerTruncated, "malformed", "ten-times-slower", "too-large",
        ],
        Typical: RedisFailures.Healthy,
        Settles: Secrecy.Settled);

    private static TargetReading ReadTarget(string text)
    {
        var reading = Targets.QuestionAtHost(text, "redis", 6379, Example, Refuses);
        return reading.Target is { } target ? TargetReading.Of(target with { Rest = target.Rest.Length == 0 ? "PING" : target.Rest }) : reading;
    }

    private static (string, string)? Refuses(string command)
    {
        var verb = command.Split(' ')[0];
        if (ReadOnly.Contains(verb)) return null;
        return ReadOnly.Contains(verb.ToUpperInvariant())
            ? ($"commands are written in capitals: {verb}", $"write {verb.ToUpperInvariant()}")
            : ($"'{verb}' is not a command that a check may give", "a check changes nothing; use one of " + string.Join(", ", ReadOnly.Order(StringComparer.Ordinal)));
    }
}
