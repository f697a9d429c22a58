using System.Text.RegularExpressions;
using Npgsql;

namespace Kept.Ledger.Postgres;

/// <summary>
/// Which PostgreSQL database, as one connection string: a URL (<c>postgres://user@host:5432/database?sslmode=verify-full</c>) or Npgsql's keywords
/// (<c>Host=…;Database=…</c>). The ledger has a schema of its own in it, <c>kept</c> unless <c>Search Path</c> names another.
/// </summary>
internal sealed partial class PostgresAddress
{
    public const string DefaultSchema = "kept";

    private const int DefaultPort = 5432;

    private PostgresAddress(string connection, string schema, string name) => (Connection, Schema, Name) = (connection, schema, name);

    /// <summary>For Npgsql; holds the password.</summary>
    public string Connection { get; }

    public string Schema { get; }

    /// <summary>For messages: user, host, port, database and schema, never the password.</summary>
    public string Name { get; }

    /// <param name="text">As the operator wrote it, with secrets put in.</param>
    /// <param name="busySeconds">How long connecting may take where the text does not say.</param>
    /// <exception cref="LedgerException"><c>S09</c>: it cannot be read. The message does not repeat it, for it may hold a password.</exception>
    public static PostgresAddress Parse(string text, int busySeconds)
    {
        var given = IsUrl(text) ? OfUrl(text) : OfKeywords(text);
        if (string.IsNullOrEmpty(given.Host)) throw Unreadable("it names no host");
        if (string.IsNullOrEmpty(given.Database)) throw Unreadable("it names no database");
        var schema = string.IsNullOrWhiteSpace(given.SearchPath) ? DefaultSchema : given.SearchPath.Trim().Trim('"');
        if (!SchemaName().IsMatch(schema)) throw Unreadable("its Search Path has to be the name of one schema: small letters, digits and _, at most 63");
        if (!given.ShouldSerialize("Timeout")) given.Timeout = busySeconds;
        if (!given.ShouldSerialize("Command Timeout")) given.CommandTimeout = 30;
        if (!given.ShouldSerialize("Application Name")) given.ApplicationName = "kept";
        // what is said to another machine is for that machine alone, and the driver's own default would say it to whoever answers
        if (!given.ShouldSerialize("SSL Mode") && !IsHere(given.Host)) given.SslMode = SslMode.VerifyFull;
        if (!given.ShouldSerialize("GSS Encryption Mode")) given.GssEncryptionMode = GssEncryptionMode.Disable;
        given.SearchPath = $"\"{schema}\"";
        // connections live as long as the ledger and are kept by it
        (given.Pooling, given.Enlist, given.MaxAutoPrepare, given.AutoPrepareMinUsages) = (false, false, 64, 2);
        (given.PersistSecurityInfo, given.IncludeErrorDetail, given.LogParameters) = (false, false, false);
        return new PostgresAddress(given.ConnectionString, schema, $"PostgreSQL ({given.Username}@{given.Host}:{given.Port}/{given.Database}, schema {schema})");
    }

    private static bool IsUrl(string text) => text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    private static NpgsqlConnectionStringBuilder OfKeywords(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or OverflowException or KeyNotFoundException or NotSupportedException or NpgsqlException)
        {
            // the words of the fault may repeat a value
            var known = new NpgsqlConnectionStringBuilder();
            throw Unreadable(!text.Contains('=', StringComparison.Ordinal) ? "it is neither a URL nor KEYWORD=VALUE;KEYWORD=VALUE"
                : Pair().Matches(text).All(match => IsKeyword(known, match.Groups["key"].Value.Trim())) ? "one of its values is not what its keyword takes"
                : "one of its keywords there is not (it is not repeated: what stands behind a ; may be of a password; write such a one in quotes)");
        }
    }

    private static NpgsqlConnectionStringBuilder OfUrl(string text)
    {
        // A password with @, / or # in clear would end the URL early; nothing of it may come back in words.
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0)
            throw Unreadable("as a URL it is written postgres://USER:PASSWORD@HOST:PORT/DATABASE, with : / @ ? # in user and password as %3A %2F %40 %3F %23");
        var given = new NpgsqlConnectionStringBuilder { Host = url.Host.Trim('[', ']'), Port = url.IsDefaultPort || url.Port < 0 ? DefaultPort : url.Port };
        if (url.UserInfo.Split(':', 2) is [{ Length: > 0 } user, .. var rest])
        {
            given.Username = Uri.UnescapeDataString(user);
            if (rest is [var password]) given.Password = Uri.UnescapeDataString(password);
        }
        if (Uri.UnescapeDataString(url.AbsolutePath.Trim('/')) is { Length: > 0 } database) given.Database = database;
        foreach (var pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = pair.Split('=', 2) is [var left, var right] ? (Uri.UnescapeDataString(left), Uri.UnescapeDataString(right)) : (pair, "");
            var keyword = key switch
            {
                "sslmode" => "SSL Mode",
                "sslrootcert" => "Root Certificate",
                "sslcert" => "SSL Certificate",
                "sslkey" => "SSL Key",
                "connect_timeout" => "Timeout",
                "application_name" => "Application Name",
                "search_path" or "schema" => "Search Path",
                _ => key.Replace('_', ' '),
            };
            if (!IsKeyword(given, keyword)) throw Unreadable("one of its parameters there is not (it is not repeated: what stands behind a ? may be of a password; there it is written %3F)");
            try
            {
                given[keyword] = key == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
            }
            catch (Exception fault) when (fault is ArgumentException or FormatException or OverflowException or NotSupportedException)
            {
                throw Unreadable($"'{key}' does not take that value");
            }
        }
        return given;
    }

    /// <summary>All of it is this machine: loopback, or a socket in a folder.</summary>
    private static bool IsHere(string hosts) => hosts.Split(',', StringSplitOptions.TrimEntries).All(host => host.StartsWith('/') || host.StartsWith('@') || IsLoopback(host.Split(':') is [var name, _] ? name : host.Trim('[', ']')));

    private static bool IsLoopback(string name) => name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || System.Net.IPAddress.TryParse(name, out var address) && System.Net.IPAddress.IsLoopback(address);

    private static bool IsKeyword(NpgsqlConnectionStringBuilder known, string key)
    {
        try
        {
            return known.TryGetValue(key, out _) || known.ContainsKey(key);
        }
        catch (Exception fault) when (fault is ArgumentException or KeyNotFoundException)
        {
            return false;
        }
    }

    private static LedgerException Unreadable(string why) => new(StorageCodes.Failed,
        $"The connection string of the database cannot be read: {why}. Write postgres://USER@HOST/DATABASE or Host=…;Database=…;Username=…;Password=${{env:NAME}}.");

    [GeneratedRegex("^[a-z_][a-z0-9_]{0,62}$")]
    private static partial Regex SchemaName();

    [GeneratedRegex("(?<key>[^=;]+)=(?:\"[^\"]*\"|'[^']*'|[^;]*)(?:;|$)")]
    private static partial Regex Pair();
}
