using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Checks.Dns;

/// <summary>Failures of names. For this kind any answer is an answer, so all of these are judged by what is expected.</summary>
internal static class DnsFailures
{
    private static readonly Value NoRecords = new Value.List([]);

    public static readonly Failure NameNotFound = StandardFailures.Answering("name-not-found", "a name that does not exist (NXDOMAIN)", _ => Nothing("NXDOMAIN"));

    public static readonly Failure ServerFailure = StandardFailures.Answering("server-failure", "a name server that fails (SERVFAIL)", _ => Nothing("SERVFAIL"));

    /// <summary>The name is there, and has no record of the asked type any more.</summary>
    public static readonly Failure AnswersEmpty = StandardFailures.Answering("answers-empty", "an answer without records", _ => Nothing("NOERROR"));

    /// <summary>The name was taken over, or points to where it pointed years ago.</summary>
    public static readonly Failure AnswersOther = StandardFailures.Answering("answers-other", "records that lead elsewhere",
        look => [("answers", new Value.List([Value.Of(Other(look.Check.Target.Method))])), ("count", Value.Of(1m))], isGrave: false);

    /// <summary>Only where somebody asks for the time to live.</summary>
    public static readonly Failure TtlZero = StandardFailures.Answering("ttl-zero", "records with a time to live of 0",
        look => look["ttl"] is null ? [] : [("ttl", Value.Of(Duration.Zero))], isGrave: false);

    /// <summary>Only where the check asks a name server of its own choice: another one is never authoritative.</summary>
    public static readonly Failure NotAuthoritative = StandardFailures.Answering("not-authoritative", "a server that does not speak for the zone",
        look => AsksServer(look.Check) ? [("authoritative", Value.Of(false))] : [], isGrave: false);

    public static IEnumerable<KeyValuePair<string, Value?>> Healthy(Check check) => [new("authoritative", Value.Of(AsksServer(check)))];

    private static bool AsksServer(Check check) => check.Target.Rest.Contains(' ', StringComparison.Ordinal);

    private static ImmutableArray<(string, Value?)> Nothing(string rcode) => [("rcode", Value.Of(rcode)), ("answers", NoRecords), ("count", Value.Of(0m)), ("ttl", null)];

    private static string Other(string type) => type switch
    {
        "A" => "203.0.113.66",
        "AAAA" => "2001:db8::66",
        "MX" => "10 mail.elsewhere.example",
        "TXT" => "elsewhere",
        _ => "elsewhere.example",
    };
}
