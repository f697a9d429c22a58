using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Imap;

/// <summary>Reads the greeting, asks for CAPABILITY, goes over to TLS, may log in, and leaves (RFC 9051). No mailbox is opened.</summary>
internal static class ImapLook
{
    public static Look With(Dialer dialer, TimeProvider time) => (request, cancellationToken) =>
        Attempt.RunAsync(request, time, (attempt, deadline) => LookAsync(dialer, attempt, deadline), cancellationToken);

    private static async ValueTask<Observation> LookAsync(Dialer dialer, Attempt attempt, CancellationToken deadline)
    {
        var (check, trail, encryption) = (attempt.Request.Check, attempt.Trail, Encryption.Of(attempt.Request.Check));
        var login = LoginOf(attempt, encryption);
        await using var lines = await Encryption.OpenAsync(dialer, attempt, deadline);
        var talk = new ImapTalk(lines);
        var greeting = await talk.GreetingAsync();
        var offered = await talk.CapabilitiesAsync();
        var startTls = encryption != Encryption.FromTheStart && offered.Contains("STARTTLS");
        if (encryption == Encryption.Upgraded)
        {
            if (!startTls) throw EgressException.OfTarget(TargetFailure.TlsFailed, $"{lines.Where} does not offer STARTTLS");
            var go = await talk.AskAsync("STARTTLS"u8.ToArray());
            if (!go.IsOk) throw EgressException.OfTarget(TargetFailure.TlsFailed, $"{lines.Where} answers STARTTLS with {lines.Quoted(go.Text)}");
            await lines.UpgradeAsync(dialer, Encryption.NameOf(check));
            offered = await talk.CapabilitiesAsync(); // what was said in clear counts no more (RFC 9051 §6.2.1)
        }
        bool? loggedIn = null;
        // A server that forbids the command must not be sent the password (RFC 9051 §6.2.3).
        if (login is { } who) loggedIn = !offered.Contains("LOGINDISABLED") && await talk.LoginAsync(who.User, who.Password);
        if (loggedIn == false && !Seen.IsExpected(check, name => name == "logged-in"))
            throw EgressException.OfTarget(TargetFailure.ReportedFailure, offered.Contains("LOGINDISABLED") ? $"{lines.Where} lets nobody log in (LOGINDISABLED)" : $"{lines.Where} did not let us in: {lines.Quoted(talk.LastAnswer)}");
        var phases = trail.Phases with { FirstByte = lines.FirstByte };
        await lines.LeaveAsync("zz LOGOUT");
        var values = new Value?[ImapKind.Kind.Sees.Length];
        values[ImapKind.Greeting] = Value.Of(attempt.Redact(greeting));
        values[ImapKind.Capabilities] = new Value.List([.. offered.Select(one => Value.Of(attempt.Redact(one)))]);
        values[ImapKind.Auth] = new Value.List([.. offered.Where(one => one.StartsWith("AUTH=", StringComparison.Ordinal)).Select(one => Value.Of(attempt.Redact(one["AUTH=".Length..])))]);
        values[ImapKind.StartTls] = Value.Of(startTls);
        values[ImapKind.LoggedIn] = loggedIn is { } isIn ? Value.Of(isIn) : null;
        values[ImapKind.Time] = Seen.Phase(phases.Total);
        values[ImapKind.Dns] = Seen.Phase(phases.Dns);
        values[ImapKind.Connect] = Seen.Phase(phases.Connect);
        values[ImapKind.Tls] = Seen.Phase(phases.Tls);
        values[ImapKind.FirstByte] = Seen.Phase(phases.FirstByte);
        values[ImapKind.Ip] = trail.Address is { } address ? Value.Of(address.ToString()) : null;
        Seen.AddTls(trail.Tls, attempt.StartedAt, values.AsSpan(ImapKind.OfTls));
        return attempt.Answered([.. values], -1, lines.Size, Excerpt.Of(lines.Said)) with { Phases = phases };
    }

    /// <summary>Whom to log in as, secrets put in; null: nobody. What cannot be is told before anything is dialled.</summary>
    private static (string User, string Password)? LoginOf(Attempt attempt, string encryption)
    {
        var check = attempt.Request.Check;
        var (user, password) = (check.Setting<FieldValue.Text>("user")?.Content, check.Setting<FieldValue.Text>("password")?.Content);
        if (user is null && password is null) return null;
        if (user is null || password is null) throw EgressException.OfUs(GapCause.Fault, "to log in, the check writes both user and password");
        if (encryption == Encryption.None) throw EgressException.OfUs(GapCause.Fault, "a password goes over TLS only; write encryption: tls or encryption: starttls");
        return (attempt.Expand(user), attempt.Expand(password));
    }
}
