using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace Kept.Egress.Naming;

/// <summary>What <c>resolv.conf</c> says: name servers, search domains, and how many dots make a name absolute.</summary>
internal sealed record ResolverSettings(ImmutableArray<IPEndPoint> Servers, ImmutableArray<string> Search, int Dots)
{
    /// <summary>Like the C library: no file or no server means the name server of this machine.</summary>
    public static ResolverSettings Read(string path)
    {
        try
        {
            return Parse(File.ReadLines(path).Take(1000));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Parse([]);
        }
    }

    internal static ResolverSettings Parse(IEnumerable<string> lines)
    {
        var servers = new List<IPEndPoint>();
        ImmutableArray<string> search = [];
        var dots = 1;
        foreach (var line in lines)
        {
            var words = line.Split('#', ';')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2) continue;
            switch (words[0])
            {
                case "nameserver" when servers.Count < 3 && IPAddress.TryParse(words[1], out var address):
                    servers.Add(new IPEndPoint(address, 53));
                    break;
                case "search" or "domain":
                    search = [.. words[1..].Take(6).Select(domain => domain.Trim('.')).Where(domain => domain.Length > 0)];
                    break;
                case "options":
                    foreach (var option in words[1..])
                        if (option.StartsWith("ndots:", StringComparison.Ordinal) && int.TryParse(option[6..], NumberStyles.None, CultureInfo.InvariantCulture, out var n))
                            dots = Math.Min(n, 15);
                    break;
            }
        }
        if (servers.Count == 0) servers.Add(new IPEndPoint(IPAddress.Loopback, 53));
        return new([.. servers], search, dots);
    }

    /// <summary>The names to ask for, in order: a name with enough dots is asked as it is first, a short one with the search domains first.</summary>
    public IEnumerable<string> Candidates(string host)
    {
        var absolute = host.AsSpan().Count('.') >= Dots;
        if (absolute) yield return host;
        foreach (var domain in Search) yield return host + "." + domain;
        if (!absolute) yield return host;
    }
}
