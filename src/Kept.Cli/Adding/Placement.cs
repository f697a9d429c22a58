using Kept.Language;
using Kept.Model;

namespace Kept.Cli.Adding;

/// <summary>Where a proposal is written: which file, its whole new text. The house is read again with it before anything is written, so nothing is spoilt.</summary>
internal sealed class Placement
{
    private Placement(string file, string newText, bool isWish)
    {
        File = file;
        NewText = newText;
        IsWish = isWish;
    }

    public string File { get; }
    public string NewText { get; }
    public bool IsWish { get; }

    /// <summary>
    /// A host inside the domains of one of our agents, or on this machine, is ours: a promise in a document of its own agent.
    /// Every other host is somebody else's: a wish in the document that collects what we rely on.
    /// </summary>
    /// <exception cref="UsageException">The name is taken, or the house cannot be read.</exception>
    public static Placement Find(string folder, CheckTarget target, bool own, Proposal proposal, TimeProvider time)
    {
        var host = target.Host;
        var house = HouseIn(folder, time);
        var isOwn = own || IsThisMachine(host) || house?.Agents.Any(agent => agent.Domains.Any(domain => Covers(domain, host))) == true;
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var agent = Proposal.AgentFrom(target);
        var placement = isOwn ? Own(folder, agent, host, proposal, today, house) : Wish(folder, agent, proposal, today, house);
        placement.Try(folder);
        return placement;
    }

    /// <summary>A thing that calls us is ours: a promise in a document of its own agent.</summary>
    /// <exception cref="UsageException">The name is taken, or the house cannot be read.</exception>
    public static Placement Find(string folder, HeartbeatProposal proposal, TimeProvider time)
    {
        var house = Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any() ? ReadHouse(folder, time) : null;
        var text = proposal.Document(Free(house, proposal.Name), DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime));
        var placement = new Placement(FreeFile(folder, proposal.Name), text, isWish: false);
        placement.Try(folder);
        return placement;
    }

    /// <summary>The same file with another text.</summary>
    /// <exception cref="UsageException">It would not be read.</exception>
    public Placement Edited(string text, string folder)
    {
        var edited = new Placement(File, text, IsWish);
        edited.Try(folder);
        return edited;
    }

    public void Write()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(File))!);
        var neighbour = File + ".new";
        // Whatever lies there goes: a link planted under that name would be written through.
        System.IO.File.Delete(neighbour);
        using (var file = new FileStream(neighbour, FileMode.CreateNew, FileAccess.Write)) file.Write(System.Text.Encoding.UTF8.GetBytes(NewText));
        System.IO.File.Move(neighbour, File, overwrite: true);
    }

    /// <summary>The house that stands there already; null where none does.</summary>
    /// <exception cref="UsageException">Its documents have errors of form.</exception>
    public static House? HouseIn(string folder, TimeProvider time) => Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any() ? ReadHouse(folder, time) : null;

    private static House ReadHouse(string folder, TimeProvider time) =>
        HouseOnDisk.Read(folder, time).House ?? throw new UsageException($"the documents in {folder} have errors of form; `kept check {folder}` shows them. Mend them first");

    private static Placement Own(string folder, string agent, string host, Proposal proposal, DateOnly today, House? house)
    {
        var file = FreeFile(folder, $"{agent}.{proposal.Name}");
        var id = Free(house, $"{agent}-{proposal.Name}");
        var until = today.AddYears(1).ToString("yyyy-MM-dd");
        var text =
            $"""
            # Written by `kept add`. Everything here is yours to change.
            kept: 1
            agent: {id}
            name: '{host}'
            kind: service
            domains: ['{host}']
            until: {until}
            promises:
              {proposal.Name}@1:
                version: 1.0
                benefit: You get an answer from {host} while you wait.
                to: anyone
                docs: '{proposal.Url.Replace("'", "''", StringComparison.Ordinal)}'
                notice: 7d
                keeps:
                  - availability >= 99% over 30d
                fails: [ {'{'} code: 503, sees: no answer, retry: after 1m, loses: nothing {'}'} ]
                uses: not disclosed

            """ + proposal.CheckYaml("    ");
        return new Placement(file, text, isWish: false);
    }

    private static Placement Wish(string folder, string agent, Proposal proposal, DateOnly today, House? house)
    {
        var file = FreeFile(folder, $"{agent}.{proposal.Name}");
        var id = Free(house, $"user-of-{agent}-{proposal.Name}");
        var text =
            $"""
            # Written by `kept add`: {agent} promised us nothing that we know of, so this is a wish. What we hope for is verified like a promise.
            kept: 1
            agent: {id}
            kind: team
            until: {today.AddYears(1):yyyy-MM-dd}
            relies-on:
              {agent}:
                wishes:
                  {proposal.Name}:
                    needs: [ 'availability >= 99% over 30d' ]

            """ + proposal.CheckYaml("        ");
        return new Placement(file, text, isWish: true);
    }

    private static string FreeFile(string folder, string name)
    {
        var file = Path.Combine(folder, name + ".kept.yaml");
        return System.IO.File.Exists(file) ? throw new UsageException($"{file} is there already; give another --name, or edit that file") : file;
    }

    private static string Free(House? house, string agent)
    {
        var candidate = agent;
        for (var n = 2; house?.Agents.Any(one => one.Id == candidate) == true; n++) candidate = $"{agent}-{n}";
        return candidate;
    }

    /// <summary>Reads the house as it would be, so that a bad proposal is refused here and not by the running server.</summary>
    private void Try(string folder)
    {
        var (files, _) = Directory.Exists(folder) ? HouseFolder.ReadFiles(folder) : ([], []);
        var name = Path.GetFileName(File);
        var all = files.Where(file => file.Path != name).Append(new DocumentFile(name, System.Text.Encoding.UTF8.GetBytes(NewText))).ToList();
        var reading = HouseReader.Read(all, "house", Checks.CheckCatalog.Kinds);
        if (reading.Diagnostics.FirstOrDefault(d => d.RefusesHouse) is { } wrong)
            throw new UsageException($"the terms would not be read: {wrong.Code}: {wrong.Message} ({wrong.At})");
    }

    private static bool IsThisMachine(string host) =>
        host is "localhost" || host.EndsWith(".localhost", StringComparison.Ordinal) || (System.Net.IPAddress.TryParse(host, out var ip) && System.Net.IPAddress.IsLoopback(ip));

    private static bool Covers(string domain, string host) =>
        host.Equals(domain, StringComparison.OrdinalIgnoreCase) || host.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase);
}
