using System.Globalization;
using Kept.Ledger;
using Kept.Model;

namespace Kept.Server.Hosting;

/// <summary>What this machine lacks for what it is asked to do: looked at once, at the start, and told in the log and on the page of the engine. Nothing of it keeps Kept from starting.</summary>
internal sealed partial class SelfCheck(TimeProvider time, ILogger log)
{
    /// <summary>A machine that sets its clock by the network is off by less.</summary>
    private static readonly Duration Tolerated = Duration.Seconds(5);

    /// <summary>Files, sockets to itself and pipes that are open beside looks and callers.</summary>
    private const int OwnFiles = 256;

    private string[] _findings = [];

    public IReadOnlyList<string> Findings => Volatile.Read(ref _findings);

    /// <param name="ledger">What was recorded before this start, and when.</param>
    /// <param name="looksAtOnce">How many looks the house may have under way.</param>
    /// <param name="filesAllowed">How many files this process may open; null where that is not known.</param>
    public void Run(ILedger ledger, int looksAtOnce, long? filesAllowed)
    {
        var found = new List<string>();
        if (Clock(ledger) is { } clock) found.Add(clock);
        var needed = looksAtOnce + Door.MostConnections + OwnFiles;
        if (filesAllowed is { } allowed && allowed < needed)
            found.Add($"this process may open {allowed:N0} files, and {looksAtOnce:N0} looks at once beside {Door.MostConnections:N0} callers may need {needed:N0}: looks that find none are gaps; raise it (ulimit -n, or LimitNOFILE= of systemd), or lower limits: looks: in house.yaml");
        foreach (var finding in found) Found(finding);
        Volatile.Write(ref _findings, [.. found]);
    }

    /// <summary>As Linux tells it (proc_pid_limits(5)); null elsewhere, and where it is without limit.</summary>
    public static long? FilesAllowed()
    {
        try
        {
            return Allowed(File.ReadLines("/proc/self/limits"));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    internal static long? Allowed(IEnumerable<string> limits)
    {
        const string Files = "Max open files";
        return limits.FirstOrDefault(line => line.StartsWith(Files, StringComparison.Ordinal)) is { } line
            && line[Files.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var soft, ..] && long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var allowed) ? allowed : null;
    }

    private string? Clock(ILedger ledger)
    {
        try
        {
            var now = Instant.From(time.GetUtcNow());
            return ledger.Entries(new EntryQuery(Limit: 1, NewestFirst: true)) is [var newest] && newest.Recorded - now > Tolerated
                ? $"the clock of this machine says {now}, and the ledger was written at {newest.Recorded} already: one of the two was wrong; set the clock by the network, for what is seen until then is dated before what was recorded"
                : null;
        }
        catch (LedgerException)
        {
            return null; // the engine, which cannot do without it, tells why
        }
    }

    [LoggerMessage(3031, LogLevel.Warning, "At the start: {Finding}")]
    private partial void Found(string finding);
}
