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
        var (user, password) = (attempt.Expanded("user"), attempt.Expanded("password"));
        var query = attempt.Expanded("query");
        // The usual user may do everything: nobody asks as that one without having said so.
        if (user is null && query is not null) throw EgressException.OfUs(GapCause.Fault, "a check with a query says as whom it asks; write user: one that may read what the query needs, and nothing else");
        user ??= "postgres";
        var database = attempt.Expanded("database") ?? user;
        // TLS begins inside the protocol here, so the connection is opened in clear either way.
        await using var wire = await Wire.OpenAsync(dialer, attempt, overTls: false, tellsLogin: false, check.Limit(UsualLimit), deadline);
        var frames = new Frames(wire);
        if (check.IsOverTls())
        {
            if (!await frames.AgreesToTlsAsync()) throw EgressException.OfTarget(TargetFailure.TlsFailed, $"{wire.Where} does not speak TLS, which the check asks for");
            await wire.SecureAsync(dialer);
        }
        await frames.StartAsync("user", user, "database", database, "client_encoding", "UTF8", "application_name", "kept");
        var error = await Login.AsAsync(frames, wire, user, password, Secrecy.Holds(dialer, attempt.Trail));
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
        error = await DescribedAsync(frames, answer, query);
        if (error is null)
        {
            await frames.SendAsync(Frames.Message('E', [0, 0, 0, 0, 0]), Frames.Message('S'));
            (status, error) = await frames.UntilReadyAsync(answer.Take);
        }
        var phases = attempt.Trail.Phases;
        if (answer.IsCopy) throw NoQuestion();
        await LeaveAsync(frames, rollsBack: error is null && status == 'T');
        return error is null ? Answered(attempt, wire, frames, answer, null, phases) : Refused(attempt, wire, frames, "answered the query with an error", error);
    }

    /// <summary>
    /// Has the server say what the query would give, before it is executed: a READ ONLY transaction forbids neither COPY … TO PROGRAM, which runs a program there, nor other commands that give no rows.
    /// </summary>
    private static async ValueTask<ServerError?> DescribedAsync(Frames frames, Answer answer, string query)
    {
        await frames.SendAsync(Frames.Message('P', [0, .. Frames.Text(query), 0, 0]), Frames.Message('B', [0, 0, 0, 0, 0, 0, 0, 0]), Frames.Message('D', [(byte)'P', 0]), Frames.Message('H'));
        while (true)
        {
            var (kind, content) = await frames.NextAsync();
            switch (kind)
            {
                case 'E':
                    return frames.ErrorOf(content);
                case 'n':
                    await LeaveAsync(frames, rollsBack: false);
                    throw NoQuestion();
                case 'T':
                    answer.Take(kind, content);
                    return null;
                default:
                    answer.Take(kind, content);
                    break;
            }
        }
    }

    private static EgressException NoQuestion() => EgressException.OfUs(GapCause.Fault, "the query gives no rows, so it is no question, and it was not executed; write one that does, such as select or show");

    /// <summary>A pooler gives the connection to somebody else afterwards: it is left as it was found. What was seen stands by then, so no fault of the goodbye is told.</summary>
    private static async ValueTask LeaveAsync(Frames frames, bool rollsBack)
    {
        try
        {
            if (rollsBack)
            {
                await frames.SendAsync(Frames.Message('Q', Frames.Text("ROLLBACK")));
                await frames.UntilReadyAsync();
            }
            await frames.SendAsync(Frames.Message('X'));
        }
        catch (Exception fault) when (fault is EgressException or OperationCanceledException or ObjectDisposedException)
        {
            // It left first, or the time is over.
        }
    }

    private static Observation Refused(Attempt attempt, Wire wire, Frames frames, string how, ServerError error) =>
        Seen.IsExpected(attempt.Request.Check, name => name == "sqlstate")
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
