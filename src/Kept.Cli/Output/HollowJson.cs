using System.Text.Json;
using Kept.Judging;
using Kept.Model;

namespace Kept.Cli.Output;

/// <summary>
/// The diagnostics, and what checks would miss, as stable JSON: <c>{"diagnostics":[…],"hollow":[{promise,state,caught,tried,checks:[{check,kind,state,why,caught,tried}],missed:[{check,failure,words,grave}],accepted:[{check,failure,words,grave,because,until}]}]}</c>,
/// worst first. States are <c>analysed</c>, <c>not-analysed</c> and <c>cannot-pass</c>.
/// </summary>
internal static class HollowJson
{
    public static string Write(HouseOnDisk read) => DiagnosticJson.Text(json =>
    {
        json.WriteStartObject();
        DiagnosticJson.Write(json, read.Diagnostics);
        json.WriteStartArray("hollow");
        foreach (var promise in read.Hollow) Write(json, promise);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, HollowPromise promise)
    {
        json.WriteStartObject();
        json.WriteString("promise", promise.Promise.Name.ToString());
        Write(json, promise.State, promise.Score);
        json.WriteStartArray("checks");
        foreach (var check in promise.Checks)
        {
            json.WriteStartObject();
            json.WriteString("check", check.Check.Name);
            json.WriteString("kind", check.Check.Kind.Name);
            Write(json, check.State, check.Score);
            if (check.Why is { } why) json.WriteString("why", why);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("missed");
        foreach (var (check, failure) in promise.Missed)
        {
            json.WriteStartObject();
            Write(json, check, failure);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("accepted");
        foreach (var (check, accepted) in promise.Accepted)
        {
            json.WriteStartObject();
            Write(json, check, accepted.Missed);
            json.WriteString("because", accepted.By.Because);
            if (accepted.By.Until is { } until) json.WriteString("until", until.ToString());
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Check check, MissedFailure failure)
    {
        json.WriteString("check", check.Name);
        json.WriteString("failure", failure.Failure);
        json.WriteString("words", failure.Words);
        json.WriteBoolean("grave", failure.IsGrave);
    }

    private static void Write(Utf8JsonWriter json, HollowState state, HollowScore score)
    {
        json.WriteString("state", state switch { HollowState.Analysed => "analysed", HollowState.CannotPass => "cannot-pass", _ => "not-analysed" });
        json.WriteNumber("caught", score.Caught);
        json.WriteNumber("tried", score.Tried);
    }
}
