using System.Globalization;
using Kept.Import.Writing;
using Kept.Language.Foreign;

namespace Kept.Import.Kuma;

/// <summary>One monitor while it is read: what it says, and where findings about it go.</summary>
internal sealed class KumaReading(ImportRequest request, KumaFields monitor, string subject, string prefix, Losses losses)
{
    public KumaFields Monitor => monitor;
    public string Subject => subject;
    public Losses Losses => losses;
    public KumaSecrets Secrets { get; } = new(prefix, subject, monitor.At, losses);

    /// <summary>Tells why the monitor is not carried.</summary>
    public CheckDraft? None(string field, string why, string? instead = null)
    {
        losses.Lost(monitor.Where(field), subject, why, instead);
        return null;
    }

    /// <summary>A check of a kind of ours; null, and told, where the program has no such kind or the target is none.</summary>
    public CheckDraft? Check(string kind, string target, string field)
    {
        if (request.Kind(kind) is not { } known) return None("type", $"it is looked at by the kind `{kind}`, which this program does not have", "import again with a program that has it; `kept schema` lists the kinds");
        var reading = known.ReadTarget(target);
        return reading.Target is not null ? new CheckDraft(kind, target) : None(field, $"the target is none here: {Losses.Short(reading.Error ?? "")}", reading.Help);
    }

    /// <summary>Adds the line, or tells why it cannot be said.</summary>
    public void Expect(CheckDraft check, string text, string field)
    {
        var (expectation, problems) = ExpectationText.Read(text, request.Kind(check.Kind)!);
        if (expectation is not null) check.Expect.Add(text);
        else losses.Lost(monitor.Where(field), subject, $"it has no form here: {problems[0].Message}", problems[0].Help);
    }

    /// <summary>Whether the line could stand in a check of that kind.</summary>
    public bool Takes(string kind, string text) => ExpectationText.Read(text, request.Kind(kind)!).Expectation is not null;

    /// <summary>Tells that a field that says something has no counterpart here.</summary>
    public void Lost(string field, string message, string? instead = null)
    {
        if (monitor.Text(field) is not null) losses.Lost(monitor.Where(field), subject, message, instead);
    }

    public void LostFlag(string field, string message, string? instead = null)
    {
        if (monitor.Flag(field)) losses.Lost(monitor.Where(field), subject, message, instead);
    }

    /// <summary>A host and its port, an IPv6 address in brackets.</summary>
    public static string HostPort(string host, int? port)
    {
        host = host.Trim();
        if (host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[')) host = $"[{host}]";
        return port is { } number ? $"{host}:{number.ToString(CultureInfo.InvariantCulture)}" : host;
    }

    /// <summary>A text in an expectation.</summary>
    public static string Quoted(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    /// <summary>A number as expectations write it; null where the text is none.</summary>
    public static string? Decimal(string text)
    {
        var trimmed = text.Trim();
        return trimmed.Length <= 20 && decimal.TryParse(trimmed, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number.ToString(CultureInfo.InvariantCulture) : null;
    }
}
