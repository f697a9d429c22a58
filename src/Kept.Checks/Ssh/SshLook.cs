using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Ssh;

/// <summary>Reads the server's identification, says ours, and leaves before keys are exchanged (RFC 4253 §4.2).</summary>
internal static class SshLook
{
    private const int MostLinesBefore = 50, LongestBanner = 253; // 255 with its end

    public static Look With(Dialer dialer, TimeProvider time) => (request, cancellationToken) =>
        Attempt.RunAsync(request, time, (attempt, deadline) => LookAsync(dialer, attempt, deadline), cancellationToken);

    private static async ValueTask<Observation> LookAsync(Dialer dialer, Attempt attempt, CancellationToken deadline)
    {
        var (check, trail) = (attempt.Request.Check, attempt.Trail);
        await using var lines = new Lines(await dialer.ConnectAsync(check.Target.Host, check.Target.Port, attempt.Request.Trust, trail, deadline), attempt, deadline);
        var banner = await BannerAsync(lines);
        var phases = trail.Phases with { FirstByte = lines.FirstByte };
        await lines.LeaveAsync("SSH-2.0-Kept_1");
        var (protocol, software, comment) = PartsOf(banner) ?? throw NoSsh(lines, banner);
        var values = new Value?[SshKind.Kind.Sees.Length];
        values[SshKind.Banner] = Value.Of(banner);
        values[SshKind.Protocol] = Value.Of(protocol);
        values[SshKind.Software] = Value.Of(software);
        values[SshKind.Comment] = comment.Length > 0 ? Value.Of(comment) : null;
        values[SshKind.Time] = Seen.Phase(phases.Total);
        values[SshKind.Dns] = Seen.Phase(phases.Dns);
        values[SshKind.Connect] = Seen.Phase(phases.Connect);
        values[SshKind.FirstByte] = Seen.Phase(phases.FirstByte);
        values[SshKind.Ip] = trail.Address is { } address ? Value.Of(address.ToString()) : null;
        return attempt.Answered([.. values], -1, lines.Size, Excerpt.Of(lines.Said)) with { Phases = phases };
    }

    /// <summary>A server may say other lines first; a client must be able to read past them.</summary>
    private static async ValueTask<string> BannerAsync(Lines lines)
    {
        string line;
        for (var before = 0; !(line = await LineAsync(lines, before)).StartsWith("SSH-", StringComparison.Ordinal); before++)
            if (before == MostLinesBefore) throw NoSsh(lines, line);
        return line.Length <= LongestBanner ? line : throw EgressException.OfTarget(TargetFailure.TooLarge, $"{lines.Where} names itself in more than {LongestBanner} characters");
    }

    private static async ValueTask<string> LineAsync(Lines lines, int before)
    {
        try
        {
            return await lines.ReadAsync();
        }
        catch (EgressException fault) when (fault.Failure == TargetFailure.Reset && before > 0)
        {
            // It said something whole, and no version: a server that is full does so (MaxStartups), and one of another protocol.
            throw EgressException.OfTarget(TargetFailure.Malformed, $"{lines.Where} left before it said which SSH it speaks; it said {lines.Quoted(lines.Said)}", fault);
        }
    }

    private static (string Protocol, string Software, string Comment)? PartsOf(string banner)
    {
        var dash = banner.IndexOf('-', "SSH-".Length);
        if (dash < 0) return null;
        var (protocol, rest) = (banner["SSH-".Length..dash], banner[(dash + 1)..]);
        var space = rest.IndexOf(' ', StringComparison.Ordinal);
        var software = space < 0 ? rest : rest[..space];
        return protocol.Length is > 0 and <= 10 && protocol.All(c => char.IsAsciiDigit(c) || c == '.') && software.Length > 0 ? (protocol, software, space < 0 ? "" : rest[(space + 1)..].Trim()) : null;
    }

    private static EgressException NoSsh(Lines lines, string line) => EgressException.OfTarget(TargetFailure.Malformed, $"{lines.Where} does not speak SSH: it said {lines.Quoted(line)}");
}
