using System.Globalization;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Postgres;

/// <summary>Logs in, may ask one thing, and leaves as it came.</summary>
internal static class PostgresLook
{
    private const long UsualLimit = 64 * 1024;

    public static Look With(Dialer dialer, TimeProvider time) => (request, cancellationToken) =>
        Attempt.RunAsync(request, time, (attempt, deadline) => LookAsync(dialer, attempt, deadline), cancellationToken);

    private static async ValueTask<Observation> LookAsync(Dialer dialer, Attempt attempt, CancellationToken deadline)
    {
        var check = attempt.Request.Check;
        var (user, password) = (attempt.Expanded("user") ?? "postgres", attempt.Expanded("password"));
        var (database, query) = (attempt.Expanded("database") ?? user, attempt.Expanded("query"));
        // TLS begins inside the protocol here, so the connection is opened in clear either way.
        await using var wire = await Wire.OpenAsync(dialer, attempt, overTls: false, check.Limit(UsualLimit), deadline);
        var frames = new Frames(wire);
        if (check.IsOverTls())
        {
            if (!await frames.AgreesToTlsAsync()) throw EgressException.OfTarget(TargetFailure.TlsFailed, $"{wire.Where} does not speak TLS, which the check asks for");
            await wire.SecureAsync(dialer);
        }
        await frames.StartAsync("user", user, "database", database, "client_encoding", "UTF8", "application_name", "kept");
        var error = await Login.AsAsync(frames, wire, user, password, attempt.Trail.Tls is not null);
        if (error is null) (_, error) = await frames.UntilReadyAsync();
        if (error is not null) return Refused(attempt, wire, frames, "did not let us in", error);
        if (query is null) return Answered(attempt, wire, frames, null, null, attempt.Trail.Phases);

        // The server itself holds the transaction to reading and the query to its time; and in the extended protocol one message is one statement, so that no query can end the
        // transaction and go on behind it.
        var left = Math.Max(1, (check.Timeout - new Duration(attempt.Trail.Phases.Total)).Nanoseconds / Duration.PerMillisecond);
        await frames.SendAsync(Frames.Message('Q', Frames.Text(string.Create(CultureInfo.InvariantCulture, $"BEGIN READ ONLY; SET LOCAL statement_timeout = {left}"))));
        (var status, error) = await frames.UntilReadyAsync();
        if (error is null && status != 'T') throw wire.Malformed("it began no transaction");
        if (error is not null) return Refused(attempt, wire, frames, "began no transaction", error);
        var answer = new Answer(frames);
        await frames.SendAsync(
            Frames.Message('P', [0, .. Frames.Text(query), 0, 0]), Frames.Message('B', [0, 0, 0, 0, 0, 0, 0, 0]), Frames.Message('D', [(byte)'P', 0]), Frames.Message('E', [0, 0, 0, 0, 0]), Frames.Message('S'));
        (status, error) = await frames.UntilReadyAsync(answer.Take);
        var phases = attempt.Trail.Phases;
        if (answer.IsCopy) throw EgressException.OfUs(GapCause.Fault, "the query is a COPY, which is no question; write one that gives rows");
        // A pooler gives the connection to somebody else afterwards: it is left as it was found.
        if (error is null && status == 'T') await frames.SendAsync(Frames.Message('Q', Frames.Text("ROLLBACK")));
        if (error is null && status == 'T') await frames.UntilReadyAsync();
        await frames.SendAsync(Frames.Message('X'));
        return error is null ? Answered(attempt, wire, frames, answer, null, phases) : Refused(attempt, wire, frames, "answered the query with an error", error);
    }

    private static Observation Refused(Attempt attempt, Wire wire, Frames frames, string how, ServerError error) =>
        Seen.IsAsked(attempt.Request.Check, name => name == "sqlstate")
            ? Answered(attempt, wire, frames, null, error, attempt.Trail.Phases)
            : throw wire.Refuses($"{how}: {attempt.Quoted(error.Message)} (SQLSTATE {error.State}{(Meaning(error.State) is { } meaning ? ", " + meaning : "")})");

    private static Observation Answered(Attempt attempt, Wire wire, Frames frames, Answer? answer, ServerError? error, Phases phases)
    {
        phases = phases with { FirstByte = wire.FirstByte };
        var row = answer?.First is { } first ? attempt.Redact(first) : null;
        var seen = new SeenValues(attempt.Request.Check.Kind)
        {
            ["rows"] = answer is null ? null : Value.Of(answer.Rows),
            ["row"] = row is null ? null : new Value.Body(row),
            ["value"] = answer?.Value is { } number && row == answer.First ? Value.Of(number) : null,
            ["server-version"] = frames.ServerVersion is { } version ? Value.Of(attempt.Quoted(version)) : null,
            ["sqlstate"] = error is null ? null : Value.Of(error.State),
            ["size"] = Value.Of(Quantity.Bytes(wire.Received)),
        };
        seen.AddConnection(attempt, phases);
        return attempt.Answered(seen.All, -1, wire.Received, row is null ? error is null ? null : attempt.Quoted(error.Message) : Excerpt.Of(row)) with { Phases = phases };
    }

    /// <summary>The codes that tell an operator at once what to do (https://www.postgresql.org/docs/current/errcodes-appendix.html).</summary>
    private static string? Meaning(string state) => state switch
    {
        "28P01" => "wrong password",
        "28000" => "it does not let this user in from here",
        "3D000" => "no such database",
        "53300" => "too many connections",
        "57P01" or "57P02" => "it is shutting down",
        "57P03" => "it is starting up",
        "57014" => "the query took too long",
        "25006" => "the query wants to change something",
        "42601" => "the query is no single statement of SQL",
        "42P01" => "no such table",
        "42501" => "this user may not read that",
        _ => null,
    };
}
