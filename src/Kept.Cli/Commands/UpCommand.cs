using System.CommandLine;
using System.Net;
using Kept.Checks;
using Kept.Cli.Output;
using Kept.Import.Blackbox;
using Kept.Language;
using Kept.Server;
using Kept.Server.DropIn;

namespace Kept.Cli.Commands;

/// <summary><c>kept up</c>: runs the product. No configuration, no account; evidence in a data folder.</summary>
internal static class UpCommand
{
    public static Command Build(Terminal terminal, TimeProvider time)
    {
        var house = new Argument<string?>("FOLDER") { Description = "The house to run (default: DATA/house)", DefaultValueFactory = _ => null };
        var data = Shared.DataFolder();
        var port = Shared.Whole("--port", "Port of the page; 0 takes any free one", 0, 65535, ServerOptions.DefaultPort);
        var address = new Option<string>("--address") { Description = "Address to listen on", DefaultValueFactory = _ => "127.0.0.1" };
        address.Validators.Add(given =>
        {
            if (!IPAddress.TryParse(given.GetValue(address), out _)) given.AddError("--address takes an IP address: 127.0.0.1 (only this machine), 0.0.0.0 or :: (everybody who can reach it)");
        });
        var open = new Option<bool>("--public") { Description = "Answer by every name, not only by this machine's; with --address, for other machines" };
        var proxies = new Option<string[]>("--trust-proxy") { Description = "A proxy in front, by address or network (10.0.0.7, 10.0.0.0/24): who calls is read from its X-Forwarded-For. May be given several times" };
        proxies.Validators.Add(given =>
        {
            if (given.GetValue(proxies)?.FirstOrDefault(text => NetworkOf(text) is null) is { } wrong) given.AddError($"--trust-proxy takes an IP address or a network, such as 10.0.0.7 or 10.0.0.0/24, not '{wrong}'");
        });
        var command = new Command("up", "Run Kept: verify the promises of a house continuously and show them on a page. Ctrl-C stops") { house, data, port, address, open, proxies };
        command.SetAction((parsed, cancellationToken) =>
        {
            var folder = parsed.GetValue(data)!;
            if (parsed.GetValue(house) is { } named && !Directory.Exists(named) && !File.Exists(named))
                throw new UsageException($"there is no folder '{named}'; `kept init {named}` writes the first document");
            var options = new ServerOptions(folder, parsed.GetValue(house) ?? Path.Combine(folder, "house"), IPAddress.Parse(parsed.GetValue(address)!), parsed.GetValue(port))
            {
                IsPublic = parsed.GetValue(open),
                TrustedProxies = [.. (parsed.GetValue(proxies) ?? []).Select(text => NetworkOf(text)!.Value)],
                MayMakeHouse = parsed.GetValue(house) is null,
                Output = terminal.Result,
                Errors = terminal.Talk,
                Time = time,
                WebFolder = WebFolder(),
                ReadModules = ReadModules,
            };
            return KeptServer.RunAsync(options, cancellationToken);
        });
        return command;
    }

    /// <summary>Modules of blackbox_exporter are read by the importer of its files.</summary>
    internal static ReadModule ReadModules(DocumentFile file)
    {
        var modules = BlackboxProbe.Of(file);
        return (module, target) => modules.Read(module, target, CheckCatalog.Kinds) is { } read ? (read.Check, read.Why) : null;
    }

    /// <summary>An address alone is a network of one.</summary>
    private static IPNetwork? NetworkOf(string text) =>
        IPAddress.TryParse(text, out var one) ? new IPNetwork(one, one.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? 128 : 32)
        : IPNetwork.TryParse(text, out var network) ? network : null;

    /// <summary>The zoomable plots that npm built in a clone, when it has; the pages are whole without.</summary>
    private static string? WebFolder() =>
        Environment.GetEnvironmentVariable("KEPT_ROOT") is { Length: > 0 } root && Path.Combine(root, "artifacts", "web") is var web && Directory.Exists(web) ? web : null;

    /// <summary>Where `kept up` without a folder looks for documents.</summary>
    public static string DefaultHouse() => Path.Combine(Environment.GetEnvironmentVariable("KEPT_DATA") is { Length: > 0 } folder ? folder : "kept-data", "house");
}
