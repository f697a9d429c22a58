using Kept.Ledger;
using Kept.Server.Machine;

namespace Kept.Server.Hosting;

/// <summary>What this machine lacks for what it is asked to do: looked at once, at the start, and told in the log and on the page of the engine. Nothing of it keeps Kept from starting.</summary>
/// <param name="time">The clock.</param>
/// <param name="log">Whoever runs the server reads the whole of it.</param>
/// <param name="isPublic">Strangers read the page: it tells which part, and no more.</param>
internal sealed partial class SelfCheck(TimeProvider time, ILogger log, bool isPublic = false)
{
    private string[] _findings = [];

    public IReadOnlyList<string> Findings => Volatile.Read(ref _findings);

    /// <param name="ledger">What was recorded before this start, and when.</param>
    /// <param name="looksAtOnce">How many looks the house may have under way.</param>
    /// <param name="filesAllowed">How many files this process may open; null where that is not known.</param>
    /// <param name="dataFolder">Where evidence is kept; null: not looked at.</param>
    public void Run(ILedger ledger, int looksAtOnce, long? filesAllowed, string? dataFolder = null)
    {
        var found = new List<Examined> { MachineExam.Runtime(), MachineExam.OpenFiles(looksAtOnce, filesAllowed) };
        try
        {
            found.AddRange([MachineExam.Ledger(ledger), MachineExam.Clock(ledger, time)]);
        }
        catch (LedgerException)
        {
            // the engine, which cannot do without it, tells why
        }
        if (dataFolder is not null) found.Add(MachineExam.DataFolder(dataFolder));
        var lacking = found.Where(one => one.Health is Health.Weak or Health.Wrong).ToList();
        foreach (var finding in lacking) Found(finding.Whole);
        Volatile.Write(ref _findings, [.. lacking.Select(one => isPublic ? $"the {one.Part} of this machine is not as it should be; the log of the server says more" : one.Whole)]);
    }

    [LoggerMessage(3031, LogLevel.Warning, "At the start: {Finding}")]
    private partial void Found(string finding);
}
