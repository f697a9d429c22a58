using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Nats;

/// <summary>Connects, may ask, and leaves (https://docs.nats.io/reference/reference-protocols/nats-protocol).</summary>
internal static class NatsLook
{
    private const long UsualLimit = 64 * 1024;
    private static readonly JsonDocumentOptions Shallow = new() { MaxDepth = 8 };

    public static Look With(Dialer dialer, TimeProvider time) => (request, cancellationToken) =>
        Attempt.RunAsync(request, time, (attempt, deadline) => LookAsync(dialer, attempt, deadline), cancellationToken);

    /// <summary>What the server says of itself in its first line.</summary>
    private sealed record Greeting(string? Version, string? Name, bool WantsTls, bool OffersTls, bool KeepsStreams);

    private static async ValueTask<Observation> LookAsync(Dialer dialer, Attempt attempt, CancellationToken deadline)
    {
        var check = attempt.Request.Check;
        var (user, password, subject, send) = (attempt.Expanded("user"), attempt.Expanded("password"), check.Target.Rest, attempt.Expanded("send") ?? "");
        await using var wire = await Wire.OpenAsync(dialer, attempt, overTls: false, tellsLogin: true, check.Limit(UsualLimit), deadline);
        var greeting = Greeted(wire, await wire.LineAsync());
        if (check.IsOverTls())
        {
            if (!greeting.OffersTls && !greeting.WantsTls) throw EgressException.OfTarget(TargetFailure.TlsFailed, $"{wire.Where} does not speak TLS, which the check asks for");
            await wire.SecureAsync(dialer);
        }
        else if (greeting.WantsTls)
        {
            throw wire.Refuses("wants TLS: write over-tls: yes");
        }
        await wire.SendAsync($"CONNECT {Introduction(user, password, check.IsOverTls())}\r\nPING\r\n");
        var talk = new Talk(wire, attempt);
        var error = await talk.PongAsync();
        Reply? reply = null;
        if (error is null && subject.Length > 0)
        {
            var inbox = "_INBOX." + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(11));
            var content = Encoding.UTF8.GetBytes(send);
            var asked = attempt.Trail.Phases.Total;
            await wire.SendAsync((byte[])
            [
                .. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"SUB {inbox} 1\r\nPUB {subject} {inbox} {content.Length}\r\n")), .. content, .. "\r\n"u8,
            ]);
            (reply, error) = await talk.ReplyAsync(inbox, asked);
            if (reply is { Status: 503 }) (reply, error) = (null, $"nobody answers on {subject}");
        }
        var phases = attempt.Trail.Phases with { FirstByte = wire.FirstByte };
        if (error is not null && !Seen.IsExpected(check, name => name == "error")) throw wire.Refuses($"answered with an error: {attempt.Quoted(error)}");
        var text = reply is null ? null : attempt.Redact(Excerpt.Decode(reply.Content));
        var seen = new SeenValues(check.Kind)
        {
            ["answer"] = text is null ? null : new Value.Body(text),
            ["error"] = error is null ? null : Value.Of(attempt.Quoted(error)),
            ["round-trip"] = reply is null ? null : Value.Of(reply.Took),
            ["server-version"] = greeting.Version is { } version ? Value.Of(attempt.Quoted(version)) : null,
            ["server-name"] = greeting.Name is { } name ? Value.Of(attempt.Quoted(name)) : null,
            ["jetstream"] = Value.Of(greeting.KeepsStreams),
        };
        seen.AddConnection(attempt, phases);
        return attempt.Answered(seen.All, reply?.Status ?? -1, wire.Received, Excerpt.Of(text ?? error ?? "")) with { Phases = phases };
    }

    private static Greeting Greeted(Wire wire, byte[] line)
    {
        if (!line.AsSpan().StartsWith("INFO "u8)) throw wire.Malformed("it does not begin as a NATS server does");
        try
        {
            using var json = JsonDocument.Parse(line.AsMemory(5), Shallow);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object) throw wire.Malformed("what it says of itself is no JSON object");
            bool Is(string name) => root.TryGetProperty(name, out var flag) && flag.ValueKind == JsonValueKind.True;
            string? Text(string name) => root.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
            return new Greeting(Text("version"), Text("server_name"), Is("tls_required"), Is("tls_available"), Is("jetstream"));
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw wire.Malformed("what it says of itself is no JSON");
        }
    }

    private static string Introduction(string? user, string? password, bool overTls)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteBoolean("verbose", false);
            json.WriteBoolean("pedantic", false);
            json.WriteBoolean("tls_required", overTls);
            json.WriteString("name", "kept");
            json.WriteString("lang", "kept");
            json.WriteString("version", "1");
            json.WriteNumber("protocol", 1);
            json.WriteBoolean("echo", true);
            json.WriteBoolean("headers", true);
            json.WriteBoolean("no_responders", true);
            if (user is not null) json.WriteString("user", user);
            if (password is not null) json.WriteString(user is null ? "auth_token" : "pass", password);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
