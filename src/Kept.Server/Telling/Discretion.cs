using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kept.Engine;
using Kept.Language;
using Kept.Ledger;
using Kept.Model;

namespace Kept.Server;

/// <summary>
/// What a server that strangers can reach says of its own machine: codes and plain sentences, never where its folders lie, and never the key of a heartbeat, for whoever
/// knows it can call; and never which secret a look lacks. The log and the console of whoever started it keep the whole words.
/// </summary>
/// <param name="folders">Folders of this machine whose names may stand in words of the system.</param>
internal sealed partial class Discretion(params IEnumerable<string> folders)
{
    private const string Elsewhere = "; the log of the server says more";

    // by the fixed words of the ledger's sentences, because the engine tells the sentence alone; one that is not known here is told without a code
    private static readonly (string Words, string Code)[] Known =
    [
        ("is full, or may not grow", StorageCodes.DiskFull), ("Another process holds", StorageCodes.InUse), ("Another Kept is running", StorageCodes.InUse), ("is damaged", StorageCodes.Damaged), ("was removed while", StorageCodes.Damaged), ("of another program", StorageCodes.Damaged),
        ("cannot be written", StorageCodes.NotWritable), ("was opened for reading only", StorageCodes.NotWritable), ("by a newer Kept", StorageCodes.AnotherSchema), ("older schema", StorageCodes.AnotherSchema), ("to a ledger that is at epoch", StorageCodes.ReplacedWriter),
        ("can never be recorded", StorageCodes.NeverRecorded), ("met a fault of its own", StorageCodes.OwnFault), ("The database in", StorageCodes.Failed), ("The disk under", StorageCodes.Failed), ("There is no ledger", StorageCodes.Failed),
    ];

    private readonly string[] _folders = [.. folders.SelectMany(folder => (string[])[Path.GetFullPath(folder), folder]).Where(Path.IsPathRooted).Select(Path.TrimEndingDirectorySeparator).Where(folder => folder.Length > 1).Distinct().OrderByDescending(folder => folder.Length)];

    /// <summary>Why the ledger refuses, by its code.</summary>
    public static string OfStorage(string code) => code switch
    {
        StorageCodes.InUse => "S01: another program holds the database",
        StorageCodes.DiskFull => "S02: the disk is full, or may not grow",
        StorageCodes.Damaged => "S03: what is stored does not hold",
        StorageCodes.NotWritable => "S04: the data folder cannot be written",
        StorageCodes.AnotherSchema => "S05: the database has the schema of another version",
        StorageCodes.ReplacedWriter => "S06: another writer took its place",
        StorageCodes.NeverRecorded => "S07: a record can never be taken",
        StorageCodes.OwnFault => "S08: it met a fault of its own",
        StorageCodes.Failed => "S09: the disk or the database failed",
        _ => "the storage fails",
    } + Elsewhere;

    /// <summary>The same view without the folders that a failing storage names.</summary>
    public static HouseView Of(HouseView view) =>
        view.Figures.StorageFault is { } fault ? view with { Figures = view.Figures with { StorageFault = OfStorage(Known.FirstOrDefault(known => fault.Contains(known.Words, StringComparison.Ordinal)).Code) } } : view;

    /// <summary>The same promise without the keys of its heartbeats.</summary>
    public static PromiseView Of(PromiseView view) => view.Checks.Any(check => check.Check.Kind.IsPassive) || view.Promise.Checks.Any(check => check.Kind.IsPassive)
        ? view with
        {
            Promise = view.Promise with { Checks = [.. view.Promise.Checks.Select(Of)] },
            Checks = [.. view.Checks.Select(check => check with { Check = Of(check.Check), BeatPath = null })],
        }
        : view;

    private static Check Of(Check check) => check.Kind.IsPassive ? check with { Target = new CheckTarget(UnshownKey, "", 0, "", "") } : check;

    /// <summary>Stands where the file or the URL of a list of targets would.</summary>
    public const string UnshownList = "a list that is not shown";

    /// <summary>Stands where the key of a heartbeat would.</summary>
    public const string UnshownKey = "a key that is not shown";

    /// <summary>
    /// The same reading without the folders that the system names where a document cannot be read, and without the lines that are wrong: a line that was refused may hold what
    /// should not have been written there, a password in a URL or a header. The words of a problem, which say what it is about, are told.
    /// </summary>
    public HouseReading Of(HouseReading reading)
    {
        var diagnostics = Of(reading.Diagnostics);
        return diagnostics == reading.Diagnostics ? reading : new HouseReading(reading.House is { } house ? house with { Diagnostics = Of(house.Diagnostics) } : null, diagnostics);
    }

    /// <summary>The same of problems.</summary>
    public ImmutableArray<Diagnostic> Of(ImmutableArray<Diagnostic> diagnostics) =>
        diagnostics.Any(SaysTooMuch) ? [.. diagnostics.Select(one => SaysTooMuch(one) ? Plain(one.Code == UnreadableFile ? WithoutPaths(one) : one) : one)] : diagnostics;

    private static bool SaysTooMuch(Diagnostic one) => one.Code == UnreadableFile || one.LineText is not null || HasTooMuch(one.Message) || one.Help is { } help && HasTooMuch(help);

    private static bool HasTooMuch(string words) => UserInfo().IsMatch(words) || Key().IsMatch(words) || IsOfList(words) && PathOfUrl().IsMatch(words);

    /// <summary>Where lists of targets come from, a token may stand in a path as well as in a query.</summary>
    private static bool IsOfList(string words) => words.Contains("targets", StringComparison.Ordinal);

    private static Diagnostic Plain(Diagnostic one) => one with { LineText = null, Message = Plain(one.Message), Help = one.Help is { } help ? Plain(help) : null };

    private static string Plain(string words)
    {
        var plain = Key().Replace(UserInfo().Replace(words, "//…@"), "$1…");
        return IsOfList(plain) ? PathOfUrl().Replace(plain, "$1…") : plain;
    }

    /// <summary>A look that lacked a secret, by its cause alone: which file or variable that was is for the log.</summary>
    public static Look Of(Look look, Action<string, string> log)
    {
        var told = new ConcurrentDictionary<Check, string>(ReferenceEqualityComparer.Instance);
        return async (request, cancellationToken) =>
        {
            var seen = await look(request, cancellationToken);
            if (seen.Gap != GapCause.SecretMissing || seen.Detail is not { } detail) return seen;
            if (!told.TryGetValue(request.Check, out var before) || before != detail)
            {
                if (told.Count >= MostTold) told.Clear(); // checks of houses before
                told[request.Check] = detail;
                log(request.Check.Target.Text, detail);
            }
            return seen with { Detail = null };
        };
    }

    private const int MostTold = 10_000;

    /// <summary>An entry of the ledger as strangers may read it: written, it may be, while only this machine could.</summary>
    public static Entry Of(Entry entry) => entry.Body is not { } body ? entry : entry.Kind switch
    {
        EntryKinds.HouseRefused => entry with { Body = Reworded(body, static (name, text) => name is "message" or "help" ? Plain(Rootless(text)) : name is "at" && text.StartsWith('/') ? text[(text.LastIndexOf('/') + 1)..] : text) },
        // whom the house tells, what its receivers answer, and why something is silent is for the house
        EntryKinds.RouteBegan or EntryKinds.TellQueued or EntryKinds.TellTold or EntryKinds.TellFailing or EntryKinds.TellDropped or EntryKinds.SilenceBegan or EntryKinds.SilenceEnded or EntryKinds.BeatLogged => entry with { Body = null },
        EntryKinds.PromiseGone or EntryKinds.PromiseTerms => entry with { Body = Reworded(body, static (name, text) => name == "foundIn" ? UnshownList : text) },
        EntryKinds.VerdictChanged or EntryKinds.Gap => entry with { Body = Reworded(body, static (_, text) => Secretless(text)) },
        _ => entry,
    };

    /// <summary>What a look read, as strangers may read it.</summary>
    public static Evidence Of(Evidence evidence) =>
        evidence with { Body = Reworded(evidence.Body, static (name, text) => name == "reason" ? Secretless(text) : text, static body => body["class"]?.ToString() == "gap" && body["reason"]?.ToString() is { } why && Secret().IsMatch(why) ? body.Remove("detail") : false) };

    /// <summary>The same body with other words; one that cannot be read is not told.</summary>
    private static ReadOnlyMemory<byte> Reworded(ReadOnlyMemory<byte> body, Func<string, string, string> words, Func<JsonObject, bool>? reduce = null)
    {
        try
        {
            if (JsonNode.Parse(body.Span) is not JsonObject root) return default;
            reduce?.Invoke(root);
            Reword(root, words);
            return JsonSerializer.SerializeToUtf8Bytes(root, PlainJson);
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException)
        {
            return default; // damaged, or with a name twice: nobody can say what it tells
        }
    }

    private static readonly JsonSerializerOptions PlainJson = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static void Reword(JsonNode? node, Func<string, string, string> words)
    {
        if (node is JsonArray list)
            foreach (var item in list) Reword(item, words);
        if (node is not JsonObject map) return;
        foreach (var (name, value) in map.ToList())
            if (value is JsonValue text && text.TryGetValue<string>(out var told)) map[name] = words(name, told);
            else Reword(value, words);
    }

    private static string Secretless(string words) => Secret().Replace(words, "$1");

    private const string UnreadableFile = "L041";

    private Diagnostic WithoutPaths(Diagnostic one) => one with
    {
        At = one.At with { File = new SourceFile(Path.IsPathRooted(one.At.File.Path) ? Path.GetFileName(Path.TrimEndingDirectorySeparator(one.At.File.Path)) : one.At.File.Path) },
        Message = Of(one.Message),
        Help = one.Help is { } help ? Of(help) : null,
    };

    private string Of(string words)
    {
        foreach (var folder in _folders) words = words.Replace(folder, "…", StringComparison.Ordinal);
        return Rootless(words);
    }

    private static string Rootless(string words) => Rooted().Replace(words, match => match.Groups["before"].Value + "…/" + match.Groups["name"].Value);

    /// <summary>A look that lacked a secret, and which one; what the verdict says after it stays.</summary>
    [GeneratedRegex("""(a secret that the look needs is not set): .*?(?=$|; \d+ of \d+ objectives? decided$)""", RegexOptions.CultureInvariant | RegexOptions.Singleline, 1000)]
    private static partial Regex Secret();

    /// <summary>User and password in a URL.</summary>
    [GeneratedRegex("""//[^/\s@`'"]+@""", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex UserInfo();

    /// <summary>A quoted URL up to its path, and its path.</summary>
    [GeneratedRegex("""(`[a-z][a-z0-9+.-]*://[^/\s`]+/)[^\s`]+""", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex PathOfUrl();

    /// <summary>The key in a line of a document.</summary>
    [GeneratedRegex("""(\bheartbeat['"]?\s*:\s*)[^\s,}]+""", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Key();

    /// <summary>A path from the root, quoted or not: all of it but its last name.</summary>
    [GeneratedRegex("""(?<before>')/(?:[^'/]*/)*(?<name>[^'/]*)|(?<before>^|[\s("`])/(?:[^\s'"`,;:/]*/)*(?<name>[^\s'"`,;:/]*)""", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Rooted();
}
