using System.Net;
using Kept.Judging;
using Kept.Model;

namespace Kept.Server;

/// <summary>What <c>kept up</c> is told.</summary>
/// <param name="DataFolder">Where the ledger lies; made where it is missing.</param>
/// <param name="HousePath">The folder of documents, or one document.</param>
/// <param name="Address">Loopback unless the page is to be reached from elsewhere.</param>
/// <param name="Port">0 takes any free one, and the banner says which.</param>
public sealed record ServerOptions(string DataFolder, string HousePath, IPAddress Address, int Port)
{
    public const int DefaultPort = 7070;

    /// <summary>Answers by every name it is asked by, not only by names of this machine.</summary>
    public bool IsPublic { get; init; }

    /// <summary>Proxies whose <c>X-Forwarded-For</c> is believed.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Makes the folder of documents where it is missing: for the default house. Otherwise a missing one is a wrong usage.</summary>
    public bool MayMakeHouse { get; init; }

    /// <summary>The server's own promises stand beside the house's.</summary>
    public bool WithOwnPromises { get; init; } = true;

    /// <summary>npm's output with the zooming of plots; null looks beside the program, and is well without.</summary>
    public string? WebFolder { get; init; }

    /// <summary>Reads modules of blackbox_exporter for <c>/probe</c>; null where the program knows no foreign files, and then there is no such address.</summary>
    public DropIn.ReadModules? ReadModules { get; init; }

    /// <summary>Where the banner goes.</summary>
    public TextWriter Output { get; init; } = Console.Out;

    /// <summary>Where problems go; the log goes to standard error.</summary>
    public TextWriter Errors { get; init; } = Console.Error;

    /// <summary>What a promise would miss: tests hold it up to see that nothing waits for it.</summary>
    internal Func<Promise, Instant, HollowPromise> Hollow { get; init; } = HollowPromise.Of;

    /// <summary>The only clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>How a server ended.</summary>
public static class ServerExit
{
    /// <summary>Stopped as asked; everything seen is on record.</summary>
    public const int Stopped = 0;
    /// <summary>It may not listen where it was told to; the words on standard error say why and what to do.</summary>
    public const int Failed = 1;
    /// <summary>Asked for something that is not there.</summary>
    public const int WrongUsage = 2;
    /// <summary>The ledger does not open, or failed for good (S01–S09): the same as for every verb that cannot reach its evidence.</summary>
    public const int StorageFailed = 5;
}
