using Kept.Model;

namespace Kept.Judging;

/// <summary>What happened at a look, in words for people.</summary>
public static class LookWords
{
    /// <summary>A look on record, as far as the record tells: null where it says nothing but its class.</summary>
    public static string? Of(LookRecord look) => look.Class == LookClass.Good ? OfAnswer(look.Code, look.Phases.Total) : null;

    internal static string OfGap(Observation seen) => WithDetail(Of(seen.Gap), seen.Detail);

    internal static string OfFailure(Check check, Observation seen) => WithDetail(Of(seen.Failure, check), seen.Detail);

    /// <summary>Short, because most looks are good and nobody reads it.</summary>
    internal static string OfAnswer(int code, long total)
    {
        var time = total >= 0 ? " in " + new Duration(total).ToWords() : "";
        return code >= 0 ? $"answered {code}{time}" : "answered" + time;
    }

    internal static string Of(GapCause cause) => cause switch
    {
        GapCause.Resolver => "our resolver did not answer",
        GapCause.Route => "we had no route",
        GapCause.Budget => "our budget of looks was used up",
        GapCause.Late => "we were too late to look",
        GapCause.Restarted => "we were not running",
        GapCause.Clock => "our clock jumped",
        GapCause.EgressDenied => "our egress policy forbids the address",
        GapCause.Local => "a limit of our own machine was reached",
        GapCause.Fault => "our look failed by a fault of ours",
        GapCause.SecretMissing => "a secret that the look needs is not set",
        GapCause.Storage => "what we saw could not be stored",
        GapCause.NotArmed => "it has never called yet",
        GapCause.Paused => "looking is paused",
        GapCause.Witness => "who knows about it did not answer",
        GapCause.TooFew => "there were too few answers for the stated confidence",
        _ => "we could not look",
    };

    internal static string Of(TargetFailure failure, Check check) => failure switch
    {
        TargetFailure.NameNotFound => "its name does not exist",
        TargetFailure.NameServerFailed => "its name servers failed",
        TargetFailure.Refused => "the connection was refused",
        TargetFailure.TimedOut => $"no complete answer within {check.Timeout.ToWords()}",
        TargetFailure.Reset => "the connection was cut",
        TargetFailure.TlsFailed => "the TLS handshake failed",
        TargetFailure.CertificateInvalid => "its certificate does not hold",
        TargetFailure.Malformed => "the answer breaks its protocol",
        TargetFailure.TooLarge => "the answer is larger than the check allows",
        TargetFailure.RedirectRefused => "it redirected in a loop, too often, or to where the check may not go",
        TargetFailure.Unreachable => "it is unreachable from its own network",
        TargetFailure.Silent => "the heartbeat did not come in time",
        TargetFailure.ReportedFailure => "it reported a failure",
        TargetFailure.StepFailed => "a step on the way failed",
        TargetFailure.Leftover => "its answer held what another had sent",
        _ => "it did not answer",
    };

    private static string WithDetail(string words, string? detail)
    {
        if (string.IsNullOrWhiteSpace(detail)) return words;
        var clean = SceneWords.Clean(detail.Trim(), 200);
        return clean.StartsWith(words, StringComparison.OrdinalIgnoreCase) ? clean : $"{words}: {clean}";
    }
}
