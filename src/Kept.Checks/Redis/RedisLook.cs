using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Redis;

/// <summary>Logs in, asks once, and leaves.</summary>
internal static class RedisLook
{
    private const long UsualLimit = 64 * 1024;

    public static Look With(Dialer dialer, TimeProvider time) => (request, cancellationToken) =>
        Attempt.RunAsync(request, time, (attempt, deadline) => LookAsync(dialer, attempt, deadline), cancellationToken);

    private static async ValueTask<Observation> LookAsync(Dialer dialer, Attempt attempt, CancellationToken deadline)
    {
        var check = attempt.Request.Check;
        var (user, password, database) = (attempt.Expanded("user"), attempt.Expanded("password"), attempt.Expanded("database"));
        string[] command = [.. check.Target.Rest.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(attempt.Expand)];
        await using var wire = await Wire.OpenAsync(dialer, attempt, check.IsOverTls(), tellsLogin: true, check.Limit(UsualLimit), deadline);
        if (password is not null)
            await DoAsync(attempt, wire, "did not let us in", user is null ? ["AUTH", password] : ["AUTH", user, password]);
        if (database is not null) await DoAsync(attempt, wire, "did not give us the database", ["SELECT", database]);
        await wire.SendAsync(RespAnswer.Command(command));
        var answer = await RespAnswer.ReadAsync(wire);
        var phases = attempt.Trail.Phases with { FirstByte = wire.FirstByte };
        if (answer.Error is { } error && !Seen.IsExpected(check, name => name == "error")) throw wire.Refuses($"answered {check.Target.Rest.Split(' ')[0]} with an error: {attempt.Quoted(error)}");
        var text = attempt.Redact(answer.Text);
        var seen = new SeenValues(check.Kind)
        {
            ["answer"] = answer.Error is null ? new Value.Body(text) : null,
            ["value"] = answer.Number is { } number && text == answer.Text ? Value.Of(number) : null,
            ["error"] = answer.Error is null ? null : Value.Of(text),
            ["size"] = Value.Of(Quantity.Bytes(wire.Received)),
        };
        seen.AddConnection(attempt, phases);
        return attempt.Answered(seen.All, -1, wire.Received, Excerpt.Of(text)) with { Phases = phases };
    }

    private static async ValueTask DoAsync(Attempt attempt, Wire wire, string refusal, IReadOnlyList<string> words)
    {
        await wire.SendAsync(RespAnswer.Command(words));
        if ((await RespAnswer.ReadAsync(wire)).Error is { } error) throw wire.Refuses($"{refusal}: {attempt.Quoted(error)}");
    }
}
