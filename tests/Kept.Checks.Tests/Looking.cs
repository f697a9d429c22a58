using System.Collections.Frozen;
using Kept.Egress;
using Kept.Model;
using Xunit;

namespace Kept.Checks.Tests;

/// <summary>Looks as the engine does, at targets of the test's own.</summary>
internal static class Looking
{
    public static CheckTarget Target(string kind, string text)
    {
        var reading = Kind(kind).ReadTarget(text);
        Assert.True(reading.Target is not null, $"{reading.Error}; {reading.Help}");
        return reading.Target!;
    }

    public static CheckKind Kind(string name) => CheckCatalog.Kinds.Single(kind => kind.Name == name);

    public static Check CheckOf(string kind, string target, Duration? timeout = null, params (string Name, FieldValue Value)[] settings) => new(
        kind, Kind(kind), Kind(kind).Settles?.Invoke(Target(kind, target), settings.ToDictionary(setting => setting.Name, setting => setting.Value)).Target ?? Target(kind, target), settings.ToFrozenDictionary(setting => setting.Name, setting => setting.Value),
        Duration.Minutes(1), timeout ?? Duration.Seconds(10), Confirmation.AtOnce, [], [], Place.None);

    public static async Task<Observation> LookAsync(
        string kind, string target, Duration? timeout = null, EgressOptions? options = null, DocumentOrigin trust = DocumentOrigin.Ours, params (string Name, FieldValue Value)[] settings)
    {
        using var dialer = new Dialer(options ?? new EgressOptions(), TimeProvider.System);
        return await CheckCatalog.Looks(dialer, TimeProvider.System)[kind](new LookRequest(CheckOf(kind, target, timeout, settings), trust), TestContext.Current.CancellationToken);
    }

    public static Value? See(this Observation seen, string kind, string name)
    {
        var index = Kind(kind).IndexOf(name);
        Assert.True(index >= 0, name);
        Assert.Equal(Kind(kind).Sees.Length, seen.Values.Length);
        return seen.Values[index];
    }

    public static decimal Amount(this Observation seen, string kind, string name) => Assert.IsType<Value.Measured>(seen.See(kind, name)).Quantity.Amount;
    public static string Text(this Observation seen, string kind, string name) => seen.See(kind, name) switch
    {
        Value.Text text => text.Content,
        Value.Body body => body.Content,
        var other => throw new InvalidOperationException($"{name} is {other}"),
    };

    public static void Fails(this Observation seen, TargetFailure failure, string words)
    {
        Assert.True(seen.Reach == Reach.Failed && seen.Failure == failure, $"{seen.Reach} {seen.Failure} {seen.Gap}: {seen.Detail}");
        Assert.True(seen.Detail?.Contains(words, StringComparison.Ordinal) == true, $"`{words}` is not in: {seen.Detail}");
        Assert.Empty(seen.Values);
    }

    public static void IsGap(this Observation seen, GapCause cause, string words)
    {
        Assert.True(seen.Reach == Reach.Gap && seen.Gap == cause, $"{seen.Reach} {seen.Failure} {seen.Gap}: {seen.Detail}");
        Assert.True(seen.Detail?.Contains(words, StringComparison.Ordinal) == true, $"`{words}` is not in: {seen.Detail}");
    }

    public static void Reaches(this Observation seen, Reach reach) => Assert.True(seen.Reach == reach, $"{seen.Reach} {seen.Failure} {seen.Gap}: {seen.Detail}");

    public static void Answers(this Observation seen) => seen.Reaches(Reach.Answered);
}
