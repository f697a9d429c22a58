using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Kept.Checks.Found;
using Kept.Engine;
using Kept.Language.Found;
using Kept.Ledger;
using Kept.Model;
using Kept.Server.DropIn;
using Kept.Server.Hosting;
using Kept.Server.Machine;
using Kept.Tell;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Logging.Console;

namespace Kept.Server;

/// <summary>The composition root of <c>kept up</c>: opens the ledger, reads the house, starts looking, answers on the web, and stops in order.</summary>
public static partial class KeptServer
{
    /// <summary>Runs until cancelled. What keeps it from starting is told on standard error with what to do, never as an exception.</summary>
    /// <returns>One of <see cref="ServerExit"/>.</returns>
    public static async Task<int> RunAsync(ServerOptions options, CancellationToken cancellationToken)
    {
        if (HouseMissing(options) is { } ended) return ended;
        ILedger ledger;
        try
        {
            ledger = Ledgers.OpenSqlite(options.DataFolder, options.Time, NewRandom());
        }
        catch (LedgerException fault)
        {
            return Tell(options, ServerExit.StorageFailed, $"the ledger in {Path.GetFullPath(options.DataFolder)} does not open ({fault.Code}): {fault.Message}", Advice(fault.Code, options));
        }
        await using (ledger)
            return await RunAsync(options, ledger, cancellationToken);
    }

    private static async Task<int> RunAsync(ServerOptions options, ILedger ledger, CancellationToken cancellationToken)
    {
        var started = false;
        HouseSource? source = null;
        var mark = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        using var looking = new Looking(FolderOf(options.HousePath), options.Time);
        using var logs = LoggerFactory.Create(logging => Log(logging));
        await using var running = new RunningHouse(new EngineParts(ledger, LooksOf(options, looking, logs.CreateLogger("Kept.Looks")), options.Time, NewRandom(), logs.CreateLogger("Kept.Engine"), looking.ReadLoadAsync));
        var teller = new Teller(new TellParts(ledger, () => Volatile.Read(ref started) ? running.View.House : null, () => looking.Dialer, options.Time, logs.CreateLogger("Kept.Tell"), () => PrivateFolder.Distrust(options.DataFolder))
        { IsWhole = house => Volatile.Read(ref source)?.IsWhole(house) == true });
        var machine = new SelfCheck(options.Time, logs.CreateLogger("Kept.Machine"), options.IsPublic);
        var discretion = options.IsPublic ? new Discretion(options.HousePath, options.DataFolder) : null;
        var hollow = new HollowSearch(options.Hollow, found => discretion?.Of(found) ?? found, options.Time, logs.CreateLogger("Kept.Hollow"));
        var sight = new Sight
        {
            View = () => Volatile.Read(ref started) ? running.View : throw new StartingException(),
            Ledger = ledger,
            Time = options.Time,
            Follow = running.FollowAsync,
            // before the house is read nobody knows whose key it is, and a caller that is told "no such heartbeat" does not try again
            Beat = (beat, token) => Volatile.Read(ref started) ? running.BeatAsync(beat, token) : throw new StartingException(),
            SentAway = running.SentAway,
            HousePath = options.HousePath,
            Mark = mark,
            Teller = teller,
            Findings = () => machine.Findings,
            Hollow = hollow.Of,
        };
        await using var web = Web.Build(sight, new WebOptions(options.Address, options.Port, options.IsPublic, WebFolder(options), new TrustedProxies(options.TrustedProxies), ProberOf(options, sight, looking)), logging => Log(logging));
        try
        {
            await web.StartAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or SocketException)
        {
            return TellListening(options, fault);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ServerExit.Stopped;
        }
        var address = new Uri(web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        var asked = new AskedLists((list, token) => TargetsAsk.AskAsync(looking.Dialer, list.Url!, list.Login is { } login ? new TargetsLogin(login.User, login.Secret, login.IsInClear) : null, list.Every, TargetLists.MostBytes, options.Time, token), ledger, options.Time, logs.CreateLogger("Kept.Found"));
        source = new HouseSource(options.HousePath, () => options.WithOwnPromises ? OwnDocument.Of(Loopback(options.Address, address.Port), options.Time.GetUtcNow()) : null, ledger, options.Time,
            logs.CreateLogger("Kept.House"), () => PrivateFolder.Distrust(options.DataFolder))
        { Found = new FoundLists(FolderOf(options.HousePath), asked, new RememberedFiles(ledger), options.Time) };
        var up = new Up(options, running, looking, source, logs.CreateLogger("Kept.House"), settings => machine.Run(ledger, settings.LooksAtOnce, MachineExam.FilesAllowed(), options.DataFolder), hollow, asked);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var telling = Task.CompletedTask;
        try
        {
            Announce(options, new ServerAddress($"http://{Loopback(options.Address, address.Port)}/", mark));
            telling = Task.Run(() => teller.RunAsync(stopping.Token), CancellationToken.None);
            return await up.RunAsync(address, () => Volatile.Write(ref started, true), stopping);
        }
        finally
        {
            Retract(options);
            await stopping.CancelAsync();
            await telling; // before the ledger closes
            await web.StopAsync(CancellationToken.None);
        }
    }

    private static Prober? ProberOf(ServerOptions options, Sight sight, Looking looking) =>
        options.ReadModules is { } read ? new Prober(sight.View, looking.Looks, FolderOf(options.HousePath), read, options.Time) : null;

    /// <summary>What strangers can read is told without what a look lacked on this machine; the log has it.</summary>
    private static FrozenDictionary<string, Look> LooksOf(ServerOptions options, Looking looking, ILogger log) => options.IsPublic
        ? looking.Looks.ToFrozenDictionary(pair => pair.Key, pair => Discretion.Of(pair.Value, (target, missing) => SecretMissing(log, target, missing)))
        : looking.Looks;

    [LoggerMessage(3030, LogLevel.Warning, "A look at {Target} lacks a secret: {Missing}")]
    private static partial void SecretMissing(ILogger log, string target, string missing);

    /// <summary>How it ends where there is no house to run; null where there is one.</summary>
    private static int? HouseMissing(ServerOptions options)
    {
        if (File.Exists(options.HousePath) || Directory.Exists(options.HousePath)) return null;
        if (!options.MayMakeHouse) return Tell(options, ServerExit.WrongUsage, $"there is no file or folder {options.HousePath}", "name a document, or the folder of a house");
        try
        {
            PrivateFolder.Make(options.DataFolder); // the house of the first start lies in it, and would make it open to all
            Directory.CreateDirectory(options.HousePath);
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Tell(options, ServerExit.StorageFailed, $"the folder {Path.GetFullPath(options.HousePath)} cannot be made: {fault.Message}", Advice(StorageCodes.NotWritable, options));
        }
    }

    /// <summary>For the command line only: without it, whoever asks for the status has to name the server.</summary>
    private static void Announce(ServerOptions options, ServerAddress address)
    {
        try
        {
            address.Write(options.DataFolder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Tell(options, ServerExit.Failed, $"{ServerAddress.FileName} cannot be written in {options.DataFolder}: {fault.Message}", $"everything else runs; ask it by: kept status --server {address.Url}");
        }
    }

    private static void Retract(ServerOptions options)
    {
        try
        {
            ServerAddress.Remove(options.DataFolder);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Tell(options, ServerExit.Failed, $"{ServerAddress.FileName} stays in {options.DataFolder}: {fault.Message}", "nothing is wrong with the evidence, and the file is not believed while no server answers; you may remove it");
        }
    }

    private static int TellListening(ServerOptions options, Exception fault)
    {
        var where = new IPEndPoint(options.Address, options.Port);
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (cause is AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse })
                return Tell(options, ServerExit.Failed, $"{where} is taken by another program", $"stop that program, or take another port: kept up --port {(options.Port < 65_000 ? options.Port + 1 : 7070)}");
            if (cause is SocketException { SocketErrorCode: SocketError.AccessDenied })
                return Tell(options, ServerExit.Failed, $"this user may not listen on {where}", "take a port from 1024 on: kept up --port 7070");
            if (cause is SocketException { SocketErrorCode: SocketError.AddressNotAvailable })
                return Tell(options, ServerExit.Failed, $"{options.Address} is no address of this machine", "leave it out to listen on this machine only, or write --public");
        }
        return Tell(options, ServerExit.Failed, $"it cannot listen on {where}: {fault.Message}", "take another address or port");
    }

    private static string Advice(string code, ServerOptions options) => code switch
    {
        StorageCodes.InUse => "stop the other kept, or start this one on another folder: kept up --data FOLDER",
        StorageCodes.DiskFull => "make room on that disk and start again; nothing recorded is lost",
        StorageCodes.Damaged => $"nothing was changed. `kept ledger verify --data {options.DataFolder}` names what does not hold; start from a backup, or on a new folder: kept up --data FOLDER",
        StorageCodes.NotWritable => "give this user the right to write there, or take another folder: kept up --data FOLDER",
        StorageCodes.AnotherSchema => "start the newer kept that wrote it, or take another folder: kept up --data FOLDER",
        _ => "take another folder: kept up --data FOLDER",
    };

    internal static int Tell(ServerOptions options, int exit, string what, string help)
    {
        options.Errors.WriteLine($"kept: {what}");
        options.Errors.WriteLine($"  help: {help}");
        return exit;
    }

    /// <summary>Where the server reaches itself, whatever it listens on.</summary>
    private static string Loopback(IPAddress address, int port) => new IPEndPoint(
        IPAddress.Any.Equals(address) ? IPAddress.Loopback : IPAddress.IPv6Any.Equals(address) ? IPAddress.IPv6Loopback : address, port).ToString();

    /// <summary>Where files that a house names beside its documents lie.</summary>
    internal static string FolderOf(string housePath) => Directory.Exists(housePath) ? housePath : Path.GetDirectoryName(Path.GetFullPath(housePath)) ?? ".";

    /// <summary>Beside the program, or where npm leaves it in a checkout.</summary>
    private static string? WebFolder(ServerOptions options) => options.WebFolder
        ?? new[] { Path.Combine(AppContext.BaseDirectory, "web"), Path.Combine(AppContext.BaseDirectory, "..", "web") }.FirstOrDefault(Directory.Exists);

    private static Random NewRandom() => new(RandomNumberGenerator.GetInt32(int.MaxValue));

    private static void Log(ILoggingBuilder logging) => logging
        .SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning)
        .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None) // what fails at the start is told in our words
        .AddSimpleConsole(line =>
        {
            line.SingleLine = true;
            line.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss'Z' ";
            line.UseUtcTimestamp = true;
            line.ColorBehavior = LoggerColorBehavior.Disabled;
        })
        .Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
}

/// <summary>The web answers already, the house is not read yet.</summary>
internal sealed class StartingException() : Exception("the house is being read");
