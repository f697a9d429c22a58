using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Kept.Egress;
using Kept.Ledger;
using Kept.Model;
using Microsoft.Extensions.Logging;

namespace Kept.Tell;

/// <summary>What telling stands on.</summary>
/// <param name="Ledger">What is told is read here, and what was told is written here.</param>
/// <param name="House">The house as it is now; null before it is read.</param>
/// <param name="Dialer">The one that follows the settings of the house.</param>
/// <param name="Time">The only clock.</param>
/// <param name="Log">For operators.</param>
/// <param name="Distrust">Why what lies beside the ledger's entries may be of somebody else, null where it is ours: then everything is read from the entries, which vouch for each other.</param>
public sealed record TellParts(ILedger Ledger, Func<House?> House, Func<Dialer> Dialer, TimeProvider Time, ILogger Log, Func<string?> Distrust)
{
    /// <summary>Whether that house was read from documents, with every list of targets they look for. One that stands in for documents that were refused says nothing of what they no longer make.</summary>
    public Func<House, bool> IsWhole { get; init; } = static _ => true;

    /// <summary>Carries a message in a simulated world, where there is no network; null: over the route.</summary>
    internal Func<TellRoute, Message, CancellationToken, Task<Receipt>>? Carry { get; init; }
}

/// <summary>
/// Tells. One loop of its own reads the ledger, decides, records what is to be told, and tries the oldest message of each route beside it; looking and judging
/// never wait for it. What waits stands in the ledger, so a message survives every restart; it is sent at least once, under one id.
/// </summary>
public sealed partial class Teller(TellParts parts)
{
    /// <summary>The loop turns so often.</summary>
    public static readonly Duration Pulse = Duration.Milliseconds(500);

    private const int EntriesAtOnce = 1000;

    /// <summary>After so many entries, and no sooner than after <see cref="KeptPause"/>, what is known is kept: a crash costs reading those anew, and an orderly end nothing.</summary>
    internal const int KeptEvery = 10_000;

    /// <summary>In an incident entries come fast, and all that is known is much to write; where it could not be written, it is tried again after this.</summary>
    internal static readonly Duration KeptPause = Duration.Minutes(10);

    private const string KeptKey = "retelling";

    /// <summary>A message that a receiver refused is tried so often: some servers say "never" and mean "not now".</summary>
    private const int MostRefusals = 3;

    private static readonly Duration GivenUpAfter = Duration.Days(3);

    /// <summary>And never earlier than this: who runs the receiver needs time to set it right.</summary>
    private static readonly Duration RefusalsHold = Duration.Minutes(15);

    private static readonly Duration[] Pauses =
        [Duration.Seconds(5), Duration.Seconds(30), Duration.Minutes(2), Duration.Minutes(5), Duration.Minutes(15), Duration.Minutes(30), Duration.Hours(1), Duration.Hours(2), Duration.Hours(4)];

    private Retelling _retelling = new();
    private bool _isResumed, _isCompared;
    private long _keptAt;
    private long? _keepTried;
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<EndedTry> _ended = new();
    private readonly List<EntryDraft> _unwritten = [];
    /// <summary>One at a time: a turn, or what a person asks. Both read, decide and publish, so neither may do it on what the other is about to change.</summary>
    private readonly SemaphoreSlim _order = new(1);
    private TellView _view = TellView.None;
    private string? _fault;

    /// <summary>How telling stands.</summary>
    public TellView View => Volatile.Read(ref _view);

    /// <summary>What goes over one route now. Changed only in <see cref="_order"/>, but for the try that is under way.</summary>
    private sealed class Lane
    {
        public Task? UnderWay { get; set; }
        public string? Message { get; set; }
        public int Tries { get; set; }
        public int Refusals { get; set; }
        public Instant? NextTry { get; set; }
        public string? Leads { get; set; }
    }

    /// <summary>A try that has ended.</summary>
    /// <param name="Leads">Where it led: the route may lead elsewhere by now.</param>
    private sealed record EndedTry(Lane Lane, Message Message, string Leads, Receipt Receipt);

    /// <summary>Tells until cancelled. What is under way then is sent again after the next start.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await TurnAsync(stopping);
                await Task.Delay(Pulse.ToTimeSpan(), parts.Time, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // as asked
        }
        await Task.WhenAll(_lanes.Values.Select(lane => lane.UnderWay ?? Task.CompletedTask)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await WriteLastAsync();
    }

    /// <summary>What was carried in the last moment goes on record, or it would be told again after the next start.</summary>
    private async Task WriteLastAsync()
    {
        await _order.WaitAsync(CancellationToken.None);
        try
        {
            var now = Instant.From(parts.Time.GetUtcNow());
            while (_ended.TryDequeue(out var ended)) Ended(ended, now);
            await WriteAsync(CancellationToken.None);
            if (_retelling.Sequence > _keptAt) await KeepAsync(now, CancellationToken.None);
        }
        catch (LedgerException fault)
        {
            TellingFails(fault);
        }
        finally
        {
            _order.Release();
        }
    }

    /// <summary>One turn: read, decide, record, start what is due. A ledger that fails, or a fault of ours, costs the turn and nothing else.</summary>
    internal async Task TurnAsync(CancellationToken stopping)
    {
        await _order.WaitAsync(stopping);
        try
        {
            Read();
            var now = Instant.From(parts.Time.GetUtcNow());
            while (_ended.TryDequeue(out var ended)) Ended(ended, now);
            await WriteAsync(stopping);
            if (parts.House() is { } house)
            {
                if (!_isCompared && parts.IsWhole(house)) await CompareAsync(house, now, stopping);
                foreach (var route in house.Settings.Routes)
                    if (!_retelling.Routes.TryGetValue(route.Name, out var there) || there.Leads != LeadsOf(route))
                        _unwritten.Add(Message.DraftOf(EntryKinds.RouteBegan, now, route.Name, new JsonObject { ["route"] = route.Name, ["leads"] = LeadsOf(route) }));
                await WriteAsync(stopping);
                foreach (var route in house.Settings.Routes) _unwritten.AddRange(Choice.For(route, house, _retelling, now));
                await WriteAsync(stopping);
                foreach (var route in house.Settings.Routes) Start(route, house, now, stopping);
            }
            _fault = null;
            Publish(now);
            if (_retelling.Sequence - _keptAt >= KeptEvery && (_keepTried is not { } tried || parts.Time.GetElapsedTime(tried) >= KeptPause.ToTimeSpan())) await KeepAsync(now, stopping);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            _unwritten.RemoveAll(draft => draft.Kind is EntryKinds.TellQueued or EntryKinds.RouteBegan or EntryKinds.PromiseGone); // decided anew from what then stands
            if (_fault is null) TellingFails(fault);
            _fault = fault is LedgerException told ? told.Code : "a fault of ours";
            Volatile.Write(ref _view, View with { Fault = _fault });
        }
        finally
        {
            _order.Release();
        }
    }

    /// <summary>
    /// Once after a start, as soon as the documents and their lists were read: a promise that was taken out of the documents while nobody ran was gone before anybody could say so. It is recorded as gone now, which is told to who heard that it was not well.
    /// </summary>
    private async Task CompareAsync(House house, Instant now, CancellationToken stopping)
    {
        Read(); // the names that came with this house
        // a name that is on its way makes its promise another one in a moment; one that the heir bore before says nothing
        if (house.Promises.Any(promise => promise.Was is not null && parts.Ledger.Entries(new EntryQuery(Limit: 1, Kind: EntryKinds.PromiseNamed, Subject: promise.Name.ToString())).Count == 0)) return;
        foreach (var promise in _retelling.Followed.Order(StringComparer.Ordinal))
            if (PromiseName.TryParse(promise, null, out var name) && !house.ByName.ContainsKey(name))
                _unwritten.Add(GoneMeanwhile.DraftOf(parts.Ledger, house, name, _retelling.Find(promise) is { IsWish: true }, now));
        await WriteAsync(stopping);
        _isCompared = true;
    }

    /// <summary>Completes when no try is under way; for tests that move the clock.</summary>
    internal Task QuietAsync() => Task.WhenAll(_lanes.Values.Select(lane => lane.UnderWay ?? Task.CompletedTask));

    /// <summary>A try has ended, and no turn has recorded how; for tests that stop between the two.</summary>
    internal bool HasReceipt => !_ended.IsEmpty;

    private void Read()
    {
        if (!_isResumed) (_retelling, _isResumed) = (Resumed(), true);
        while (_retelling.Sequence < parts.Ledger.LastSequence)
        {
            var entries = parts.Ledger.Entries(new EntryQuery(_retelling.Sequence, EntriesAtOnce));
            if (entries.Count == 0) break;
            foreach (var entry in entries) _retelling.Take(entry);
        }
        _retelling.Rest();
    }

    /// <summary>What was kept of this very ledger; a fold from nothing where there is none, or where an older or another copy lies here now.</summary>
    private Retelling Resumed()
    {
        if (parts.Distrust() is { } why)
        {
            NotUsed(why);
            return new Retelling();
        }
        if (parts.Ledger.Cached(KeptKey) is not { } kept || Retelling.OfKept(kept, Instant.From(parts.Time.GetUtcNow())) is not { Sequence: > 0 } resumed) return new Retelling();
        if (parts.Ledger.Entries(new EntryQuery(resumed.Sequence - 1, 1)) is not [var entry] || entry.Sequence != resumed.Sequence || entry.Hash != resumed.Hash) return new Retelling();
        _keptAt = resumed.Sequence;
        return resumed;
    }

    /// <summary>It only makes the next start quicker: where it cannot be written, everything is told all the same.</summary>
    private async Task KeepAsync(Instant now, CancellationToken stopping)
    {
        _keepTried = parts.Time.GetTimestamp();
        try
        {
            await parts.Ledger.CacheAsync(KeptKey, _retelling.Keep(now), stopping);
            _keptAt = _retelling.Sequence;
        }
        catch (LedgerException fault)
        {
            NotKept(fault, _retelling.Sequence - _keptAt);
        }
    }

    private async Task WriteAsync(CancellationToken stopping)
    {
        if (_unwritten.Count == 0) return;
        await parts.Ledger.AppendAsync(_unwritten, stopping);
        _unwritten.Clear();
        Read();
    }

    private void Start(TellRoute route, House house, Instant now, CancellationToken stopping)
    {
        if (!_lanes.TryGetValue(route.Name, out var lane)) _lanes[route.Name] = lane = new Lane();
        var told = _retelling.Routes[route.Name];
        if (lane.Leads != told.Leads) (lane.Leads, lane.NextTry, lane.Tries, lane.Refusals) = (told.Leads, null, 0, 0);
        if (lane.UnderWay is not null || told.IsGone || told.Waiting is not [var message, ..]) return;
        if (lane.Message != message.Id) (lane.Message, lane.Tries, lane.Refusals, lane.NextTry) = (message.Id, 0, 0, lane.Tries > 0 ? lane.NextTry : null);
        // a clock that went back must not hold a message up for longer than any pause
        if (lane.NextTry is { } next && now < next && next - now <= HttpWay.LongestWait + Pauses[^1]) return;
        lane.UnderWay = TryAsync(lane, route, told.Leads, message, house, stopping);
    }

    private async Task TryAsync(Lane lane, TellRoute route, string leads, Message message, House house, CancellationToken stopping)
    {
        await Task.Yield(); // whatever a way does first, the loop goes on
        try
        {
            var receipt = await (parts.Carry is { } carry ? carry(route, message, stopping) : Sending.TryAsync(parts.Dialer(), route, message, house.Id, house.Settings.Pages, parts.Time, stopping));
            _ended.Enqueue(new EndedTry(lane, message, leads, receipt));
        }
        catch (OperationCanceledException)
        {
            // we end; it waits in the ledger
        }
    }

    private void Ended(EndedTry ended, Instant now)
    {
        var (lane, message, _, receipt) = ended;
        lane.UnderWay = null;
        var isFormer = _retelling.Routes[message.Route].Leads != ended.Leads;
        if (isFormer && receipt.Outcome != TryOutcome.Carried) return; // what failed is where it led before, and where it leads now is tried at once
        lane.Tries++;
        if (receipt.Outcome == TryOutcome.Refused) lane.Refusals++;
        if (receipt.Outcome == TryOutcome.Carried)
        {
            _unwritten.Add(Body(EntryKinds.TellTold, message, now, new JsonObject { ["answer"] = receipt.Words, ["tries"] = lane.Tries, ["former"] = isFormer ? true : (JsonNode?)null }));
            (lane.Tries, lane.NextTry) = (0, null);
            return;
        }
        if (receipt.Outcome == TryOutcome.Gone || lane.Refusals >= MostRefusals && now - message.At >= RefusalsHold || now - message.At >= GivenUpAfter)
        {
            GivenUp(message.Route, message.Id, receipt.Words);
            _unwritten.Add(Body(EntryKinds.TellDropped, message, now, new JsonObject { ["why"] = receipt.Words, ["tries"] = lane.Tries, ["gone"] = receipt.Outcome == TryOutcome.Gone }));
            if (receipt.Outcome == TryOutcome.Gone) _unwritten.Add(Body(EntryKinds.TellFailing, message, now, new JsonObject { ["why"] = receipt.Words }));
            (lane.Tries, lane.NextTry) = (0, null);
            return;
        }
        var pause = Pauses[Math.Min(lane.Tries - 1, Pauses.Length - 1)];
        if (receipt.After is { } asked && asked > pause) pause = asked;
        lane.NextTry = now + pause;
        if (lane.Tries == 1) NotCarried(message.Route, message.Id, receipt.Words, pause.ToWords());
        // once for each trouble: a receiver that is down for days is one entry, not hundreds
        if (_retelling.Routes[message.Route].FailingSince is null || _retelling.Routes[message.Route].LastError != receipt.Words && lane.Tries <= Pauses.Length)
            _unwritten.Add(Body(EntryKinds.TellFailing, message, now, new JsonObject { ["why"] = receipt.Words }));
    }

    private static EntryDraft Body(string kind, Message message, Instant now, JsonObject body)
    {
        (body["route"], body["id"]) = (message.Route, message.Id);
        return Message.DraftOf(kind, now, message.Route, body);
    }

    private void Publish(Instant now)
    {
        if (parts.House() is not { } house)
        {
            Volatile.Write(ref _view, View with { Silences = Holding(now), Fault = _fault });
            return;
        }
        Volatile.Write(ref _view, new TellView([.. house.Settings.Routes.Where(route => _retelling.Routes.ContainsKey(route.Name)).Select(route => Shown(route, now))], Holding(now), _fault));
    }

    private RouteView Shown(TellRoute route, Instant now)
    {
        var told = _retelling.Routes[route.Name];
        return new RouteView(route.Name, Name(route.Kind), told.ToldCount, told.Waiting.Count, told.DeadCount, told.ProvenAt, told.LastAnswer, told.FailingSince, told.LastError,
            told.Waiting.Count > 0 && !told.IsGone ? _lanes.GetValueOrDefault(route.Name)?.NextTry ?? now : null, told.IsGone, [.. told.Dead])
        {
            Settings = route,
            Letters = [.. told.Waiting.Select(message => new WaitingLetter(message.Id, Words.Title(message), message.At))],
            CanaryDue = route.Canary > Duration.Zero && !told.IsGone ? Choice.QuietSince(told) + route.Canary : null,
        };
    }

    private ImmutableArray<Silence> Holding(Instant now) => [.. _retelling.Silences.Where(silence => now < silence.Until)];

    internal static string Name(RouteKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>A hash, because the address may be a secret by itself.</summary>
    private static string LeadsOf(TellRoute route) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', [Name(route.Kind), route.Address, route.Secret, route.User, route.From, .. route.To]))))[..32];

    [LoggerMessage(4001, LogLevel.Warning, "The route {Route} did not carry {Message}: {Why}; it is tried again in {Pause}")]
    private partial void NotCarried(string route, string message, string why, string pause);

    [LoggerMessage(4002, LogLevel.Error, "The route {Route} never carried {Message}, and it is given up: {Why}")]
    private partial void GivenUp(string route, string message, string why);

    [LoggerMessage(4003, LogLevel.Error, "Nothing can be told for now")]
    private partial void TellingFails(Exception fault);

    [LoggerMessage(4004, LogLevel.Warning, "What was told could not be kept for the next start, which reads {Entries} entries anew; everything is told all the same")]
    private partial void NotKept(Exception fault, long entries);

    [LoggerMessage(4005, LogLevel.Warning, "What was kept of telling is not used: {Why}; the entries are read from the first instead")]
    private partial void NotUsed(string why);

    private readonly ILogger _log = parts.Log;
}
