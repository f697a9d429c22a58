using Kept.Model;

namespace Kept.Checks.Postgres;

/// <summary>The kind <c>postgres</c>.</summary>
internal static class PostgresKind
{
    public static readonly CheckKind Kind = new(
        "postgres", "Logs in to PostgreSQL, or what speaks its protocol, and may ask one query in a transaction that can only read.", "HOST[:PORT]",
        text => Targets.HostAndPort(text, "postgres", 5432, "db.example:5432"),
        Fields:
        [
            Settings.User with { Means = "whom to log in as; 'postgres' where it is not given, but a check with a query has to say" },
            Settings.Password,
            new("database", FieldForm.Text, "the database to open; the user's own where it is not given", MayHoldSecret: true),
            new("query", FieldForm.Text, "one statement that only reads; without it the look ends once the server is ready", MayHoldSecret: true),
            Settings.OverTls with { Means = "asks for TLS before anything else, and fails without; an untrusted certificate is a failure" },
            Settings.BodyLimit("64KiB"),
            Settings.Addresses,
        ],
        Sees:
        [
            new("rows", ObservedForm.Quantity, Dimension.Number, "how many rows came; only with a query", Optional: true, AtLeast: 0),
            new("row", ObservedForm.Body, Dimension.Number, "the first row as JSON, by the names of its columns: numbers, true, false, null, else text; only where there is one", Optional: true),
            new("value", ObservedForm.Quantity, Dimension.Number, "the first column of the first row, where it is a number", Optional: true),
            new("server-version", ObservedForm.Text, Dimension.Number, "as the server calls it: '15.4'", Typical: Value.Of("15.4")),
            new("sqlstate", ObservedForm.Text, Dimension.Number, "the code of the error it answered (five characters); a failure unless the check asks for it", Optional: true),
            new("size", ObservedForm.Quantity, Dimension.Size, "bytes that came"),
            .. Seen.TimeAndPhases,
            new("time.first-byte", ObservedForm.Quantity, Dimension.Time, "from being connected to the first byte of an answer"),
            Seen.Ip,
            .. Seen.OfTls,
        ],
        Failures:
        [
            "refused", "timeout", "reset", "name-not-found", "handshake-failed", "no-tls", PostgresFailures.LoginRefused, PostgresFailures.StartingUp, PostgresFailures.TooManyConnections,
            PostgresFailures.DatabaseMissing, PostgresFailures.QueryFailed, PostgresFailures.QueryTooSlow, PostgresFailures.RowsNone, PostgresFailures.ValueNull, "malformed", "ten-times-slower", "too-large",
        ],
        Typical: PostgresFailures.Healthy);
}
