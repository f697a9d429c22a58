using Kept.Model;

namespace Kept.Checks.Postgres;

/// <summary>Failures of PostgreSQL, as a look would see them: most of them are errors with a code.</summary>
internal static class PostgresFailures
{
    public static readonly Failure LoginRefused = ToldFailures.LoginRefused(IsState, _ => [("rows", null), ("row", null), ("value", null), ("server-version", null), ("sqlstate", Value.Of("28P01"))]);

    public static readonly Failure StartingUp = Error("starting-up", "a server that is starting up", "57P03");

    public static readonly Failure TooManyConnections = Error("too-many-connections", "a server with too many connections", "53300");

    public static readonly Failure DatabaseMissing = Error("database-missing", "a database that is gone", "3D000");

    public static readonly Failure QueryFailed = Error("query-failed", "a query that fails", "42P01", Asks);

    public static readonly Failure QueryTooSlow = Error("query-too-slow", "a query that takes longer than the look has", "57014", Asks);

    public static readonly Failure RowsNone = StandardFailures.Answering("rows-none", "a query that finds nothing", look => Asks(look.Check) ? [("rows", Value.Of(0m)), ("row", null), ("value", null)] : []);

    /// <summary>An aggregate over nothing is one row of null.</summary>
    public static readonly Failure ValueNull = new("value-null", "a query that gives null", look => !Asks(look.Check) ? [] : !Seen.IsAsked(look.Check, name => name == "value") && look.Asked.Any(field => field.Name == "row")
        ? StandardFailures.Named("field-null")!.Looks(look)
        : [look.Answers("a query that gives null", ("row", new Value.Body("""{"value":null}""")), ("value", null))]);

    /// <summary>Without a query there are no rows.</summary>
    public static IEnumerable<KeyValuePair<string, Value?>> Healthy(Check check)
    {
        if (!check.IsOverTls())
            foreach (var nothing in Seen.NothingOfTls)
                yield return nothing;
        yield return new("rows", Asks(check) ? Value.Of(1m) : null);
        yield return new("row", Asks(check) ? new Value.Body("""{"value":1}""") : null);
        yield return new("value", Asks(check) ? Value.Of(1m) : null);
    }

    private static bool Asks(Check check) => check.Setting<FieldValue.Text>("query")?.Content is { Length: > 0 };

    private static bool IsState(string name) => name == "sqlstate";

    /// <summary>Before a query the server has not told its version either.</summary>
    private static Failure Error(string name, string means, string state, Func<Check, bool>? applies = null) => ToldFailures.Telling(
        name, means, IsState, look => [("rows", null), ("row", null), ("value", null), ("server-version", applies is null ? null : look["server-version"]), ("sqlstate", Value.Of(state))], applies);
}
