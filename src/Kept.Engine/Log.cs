using Microsoft.Extensions.Logging;

namespace Kept.Engine;

/// <summary>What operators read. Ids are stable: a message, once shipped, keeps its number.</summary>
internal static partial class Log
{
    [LoggerMessage(3001, LogLevel.Information, "house {House} taken: {Promises} promises and wishes, {Checks} checks on the schedule")]
    public static partial void HouseTaken(this ILogger log, string house, int promises, int checks);

    [LoggerMessage(3002, LogLevel.Error, "the new documents are refused and the old house stays: {Problems} problems, first {First}")]
    public static partial void HouseRefused(this ILogger log, int problems, string first);

    [LoggerMessage(3003, LogLevel.Error, "a fault of our own while handling {What}; it was counted and everything stays on the schedule")]
    public static partial void OwnFault(this ILogger log, Exception fault, string what);

    [LoggerMessage(3004, LogLevel.Warning, "{Promise} {Outcome}: {Reason}")]
    public static partial void VerdictChanged(this ILogger log, string promise, string outcome, string reason);

    [LoggerMessage(3005, LogLevel.Error, "the ledger refuses; {Looks} looks wait in memory, next try in {Pause}")]
    public static partial void StorageFails(this ILogger log, Exception fault, int looks, string pause);

    [LoggerMessage(3006, LogLevel.Information, "the ledger works again; {Looks} looks are still waiting")]
    public static partial void StorageWorksAgain(this ILogger log, int looks);

    [LoggerMessage(3007, LogLevel.Warning, "the clock jumped by {Jump}; slots between are gaps")]
    public static partial void ClockJumped(this ILogger log, string jump);

    [LoggerMessage(3008, LogLevel.Warning, "the engine stood still for {Stall}; time-outs of looks under way are not held against their targets")]
    public static partial void StoodStill(this ILogger log, string stall);

    [LoggerMessage(3009, LogLevel.Error, "the look of {Check} of {Promise} never ended and was given up")]
    public static partial void LookAbandoned(this ILogger log, string promise, string check);

    [LoggerMessage(3010, LogLevel.Information, "stopping: {UnderWay} looks under way")]
    public static partial void Stopping(this ILogger log, int underWay);

    [LoggerMessage(3011, LogLevel.Information, "stopped: {Abandoned} looks given up, {Unrecorded} looks not recorded")]
    public static partial void Stopped(this ILogger log, int abandoned, int unrecorded);

    [LoggerMessage(3012, LogLevel.Error, "the history of promises cannot be read; trying again in {Pause}")]
    public static partial void HistoryFails(this ILogger log, Exception fault, string pause);

    [LoggerMessage(3013, LogLevel.Error, "the ledger's upkeep failed; it is tried again in a minute")]
    public static partial void UpkeepFails(this ILogger log, Exception fault);

    [LoggerMessage(3014, LogLevel.Error, "the ids of the new house cannot be had from the ledger; trying again in {Pause}")]
    public static partial void IdsFail(this ILogger log, Exception fault, string pause);

    [LoggerMessage(3015, LogLevel.Error, "the ledger can never take {What}; it was given up, everything else is recorded")]
    public static partial void RecordRefused(this ILogger log, Exception fault, string what);

    [LoggerMessage(3016, LogLevel.Warning, "what we see says nothing of others: {Why}")]
    public static partial void Blind(this ILogger log, string why);

    [LoggerMessage(3017, LogLevel.Information, "we see again; before, {Why}")]
    public static partial void SeesAgain(this ILogger log, string why);

    [LoggerMessage(3018, LogLevel.Warning, "the maintenance of {Promise} was planned anew so often that only the last {Count} plans are remembered: what only terms before {Since} announced is not excused")]
    public static partial void PlansForgotten(this ILogger log, string promise, int count, string since);
}
