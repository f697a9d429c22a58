using System.Text.Json;
using Kept.Model;

namespace Kept.Cli.Output;

/// <summary>The result of <c>kept verify --json</c>. Stable: fields are only added.</summary>
internal static class VerifyJson
{
    /// <summary>Documents with errors of form: nothing was looked at, and these say why.</summary>
    public static string WriteRefused(IReadOnlyList<Diagnostic> diagnostics) => DiagnosticJson.Text(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("promises");
        json.WriteEndArray();
        DiagnosticJson.Write(json, diagnostics);
        json.WriteEndObject();
    });

    public static string Write(House house, IReadOnlyList<LookedAt> looked) => DiagnosticJson.Text(json =>
    {
        json.WriteStartObject();
        json.WriteString("house", house.Id);
        json.WriteString("place", house.Place);
        json.WriteStartArray("promises");
        foreach (var one in looked)
        {
            json.WriteStartObject();
            json.WriteString("promise", one.Promise.Name.ToString());
            json.WriteString("standing", one.Promise.Standing.ToString().ToLowerInvariant());
            json.WriteString("verdict", one.Outcome.Wire());
            json.WriteString("word", one.Outcome.Word(one.Promise.IsWish));
            json.WriteString("reason", one.Reason);
            json.WriteStartArray("checks");
            foreach (var check in one.Checks)
            {
                json.WriteStartObject();
                json.WriteString("name", check.Check.Name);
                json.WriteString("kind", check.Check.Kind.Name);
                json.WriteString("target", check.Check.Target.Text);
                json.WriteString("look", Wire(check.Look?.Class));
                json.WriteString("reason", check.Look?.Reason ?? check.Why ?? "");
                if (check.Seen is { } seen)
                {
                    json.WriteString("at", seen.StartedAt.ToString());
                    if (seen.Code >= 0) json.WriteNumber("code", seen.Code);
                    if (seen.Phases.Total >= 0) json.WriteNumber("timeMicroseconds", seen.Phases.Total / 1000);
                    if (seen.Address is { } address) json.WriteString("address", address);
                }
                json.WriteStartArray("expectations");
                foreach (var expectation in check.Look?.Expectations ?? [])
                {
                    json.WriteStartObject();
                    json.WriteString("text", expectation.Text);
                    json.WriteString("outcome", expectation.Truth switch { Truth.True => "pass", Truth.False => "fail", _ => "unknown" });
                    json.WriteString("reason", expectation.Reason);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                if (check.Look is { Addresses.IsEmpty: false } each) WriteAddresses(json, each);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("notDecided");
            foreach (var note in one.Notes) json.WriteStringValue(note);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void WriteAddresses(Utf8JsonWriter json, JudgedLook look)
    {
        json.WriteStartArray("addresses");
        foreach (var one in look.Addresses)
        {
            json.WriteStartObject();
            json.WriteString("address", one.Address);
            json.WriteString("look", Wire(one.Class));
            json.WriteString("reason", one.Reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static string Wire(LookClass? kind) => kind switch
    {
        LookClass.Good => "good",
        LookClass.Bad => "bad",
        LookClass.NotInForce => "not-in-force",
        LookClass.ConditionUnknown => "condition-unknown",
        LookClass.Gap => "gap",
        _ => "none",
    };
}
