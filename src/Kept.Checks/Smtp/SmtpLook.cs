using System.Collections.Immutable;
using System.Globalization;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Smtp;

/// <summary>Reads the greeting, says EHLO, goes over to TLS, and leaves with QUIT: no other word is ever said to a mail server.</summary>
internal static class SmtpLook
{
    public static Look With(Dialer dialer, TimeProvider time) => (request, cancellationToken) =>
        Attempt.RunAsync(request, time, (attempt, deadline) => LookAsync(dialer, attempt, deadline), cancellationToken);

    private static async ValueTask<Observation> LookAsync(Dialer dialer, Attempt attempt, CancellationToken deadline)
    {
        var (check, trail) = (attempt.Request.Check, attempt.Trail);
        var us = NameOfOurs(check);
        await using var lines = await Encryption.OpenAsync(dialer, attempt, deadline);
        var greeting = await SmtpReply.ReadAsync(lines);
        if (greeting.Code != 220) throw Refused(lines, "greets with", greeting);
        var offered = await HelloAsync(lines, us);
        var startTls = Offers(offered, "STARTTLS") is not null;
        if (Encryption.Of(check) == Encryption.Upgraded)
        {
            if (!startTls) throw EgressException.OfTarget(TargetFailure.TlsFailed, $"{lines.Where} does not offer STARTTLS");
            await lines.WriteAsync("STARTTLS");
            var go = await SmtpReply.ReadAsync(lines);
            if (go.Code != 220) throw EgressException.OfTarget(TargetFailure.TlsFailed, $"{lines.Where} answers STARTTLS with {go.Words(lines)}");
            await lines.UpgradeAsync(dialer, Encryption.NameOf(check));
            offered = await HelloAsync(lines, us); // what was said in clear counts no more (RFC 3207 §4.2)
        }
        var phases = trail.Phases with { FirstByte = lines.FirstByte };
        await lines.LeaveAsync("QUIT");
        var values = new Value?[SmtpKind.Kind.Sees.Length];
        values[SmtpKind.Greeting] = Value.Of(string.Join('\n', greeting.Texts));
        values[SmtpKind.Capabilities] = new Value.List([.. offered.Select(Value.Of)]);
        values[SmtpKind.Auth] = new Value.List([.. (Offers(offered, "AUTH") ?? "").ToUpperInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Value.Of)]);
        values[SmtpKind.StartTls] = Value.Of(startTls);
        values[SmtpKind.SizeLimit] = long.TryParse(Offers(offered, "SIZE"), NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most > 0 ? Value.Of(Quantity.Bytes(most)) : null; // 0: none (RFC 1870 §4)
        values[SmtpKind.Time] = Seen.Phase(phases.Total);
        values[SmtpKind.Dns] = Seen.Phase(phases.Dns);
        values[SmtpKind.Connect] = Seen.Phase(phases.Connect);
        values[SmtpKind.Tls] = Seen.Phase(phases.Tls);
        values[SmtpKind.FirstByte] = Seen.Phase(phases.FirstByte);
        values[SmtpKind.Ip] = trail.Address is { } address ? Value.Of(address.ToString()) : null;
        Seen.AddTls(trail.Tls, attempt.StartedAt, values.AsSpan(SmtpKind.OfTls));
        return attempt.Answered([.. values], greeting.Code, lines.Size, Excerpt.Of(lines.Said)) with { Phases = phases };
    }

    private static async ValueTask<ImmutableArray<string>> HelloAsync(Lines lines, string us)
    {
        await lines.WriteAsync("EHLO " + us);
        var reply = await SmtpReply.ReadAsync(lines);
        return reply.Code == 250 ? [.. reply.Texts.Skip(1).Where(text => text.Length > 0)] : throw Refused(lines, "answers EHLO with", reply);
    }

    /// <summary>What a capability says after its name; null where it is not offered.</summary>
    private static string? Offers(ImmutableArray<string> capabilities, string name)
    {
        foreach (var capability in capabilities)
            // Old servers write AUTH=PLAIN.
            if (capability.StartsWith(name, StringComparison.OrdinalIgnoreCase) && (capability.Length == name.Length || capability[name.Length] is ' ' or '='))
                return capability[name.Length..].TrimStart(' ', '=');
        return null;
    }

    private static EgressException Refused(Lines lines, string how, SmtpReply reply) => EgressException.OfTarget(TargetFailure.ReportedFailure, $"{lines.Where} refuses service: it {how} {reply.Words(lines)}");

    /// <summary>It stands in a command, so it may hold nothing that ends one.</summary>
    private static string NameOfOurs(Check check) => (check.Setting<FieldValue.Text>("ehlo")?.Content ?? SmtpKind.Kind.Field("ehlo")!.Default!) is { Length: > 0 and <= 255 } name && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ':' or '[' or ']')
        ? name
        : throw EgressException.OfUs(GapCause.Fault, "the ehlo of the check is not a name; write a host, such as monitor.shop.example, or an address in brackets");
}
