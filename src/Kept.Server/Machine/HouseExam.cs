using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Kept.Egress;
using Kept.Model;

namespace Kept.Server.Machine;

/// <summary>What a house needs of this machine: names that can be looked up, secrets that can be read, and a way out that refuses what it must refuse. No target is dialled.</summary>
public static class HouseExam
{
    /// <summary>Where clouds hold credentials for whoever asks from inside: what a hostile document would have dialled.</summary>
    private const string Metadata = "169.254.169.254";

    private const int MostNames = 64, AtOnce = 8, MostTold = 5;

    private static readonly Duration Patience = Duration.Seconds(5);

    /// <summary>A document of others may not have us dial what only this machine reaches.</summary>
    public static Task<Examined> EgressAsync(Dialer dialer, TimeProvider time, CancellationToken cancellationToken) => EgressAsync(dialer, Metadata, time, cancellationToken);

    internal static async Task<Examined> EgressAsync(Dialer dialer, string address, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = time.CreateTimer(_ => deadline.Cancel(), null, TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
        try
        {
            await using var _ = await dialer.ConnectAsync(address, 80, DocumentOrigin.Others, new DialTrail(time), deadline.Token);
        }
        catch (EgressException refused) when (refused.Gap == GapCause.EgressDenied)
        {
            return new("egress", Health.Good, $"what others write may not have {address} dialled, nor anything else that only this machine reaches");
        }
        catch (EgressException fault) when (fault.IsOurs)
        {
            return new("egress", Health.Unknown, $"whether {address} is refused could not be found out: {fault.Message}");
        }
        catch (Exception fault) when (fault is EgressException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // dialled, and nobody was there: no refusal
        }
        return new("egress", Health.Wrong, $"{address} was dialled at the word of another's document", "do not take documents of others until this is mended, and report it");
    }

    /// <summary>Names in checks are found by the resolver that looks use.</summary>
    public static async Task<Examined> NamesAsync(House house, Dialer dialer, TimeProvider time, CancellationToken cancellationToken)
    {
        var names = house.Promises.SelectMany(promise => promise.Checks).Concat(house.Settings.Anchors.All).SelectMany(check => check.First.Append(check)).Select(check => check.Target.Dials ?? check.Target.Host)
            .Where(host => host.Length > 0 && !IPAddress.TryParse(host, out _)).Distinct(StringComparer.Ordinal).ToList();
        if (dialer.UsesProxy) return new("names", Health.Good, "names are looked up by the proxy");
        if (names.Count == 0) return new("names", Health.Good, "no check names a host that would have to be looked up");
        var some = names.Take(MostNames).ToList();
        var (missing, unsaid) = (new ConcurrentBag<string>(), new ConcurrentBag<string>());
        await Parallel.ForEachAsync(some, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (name, token) =>
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(token);
            using var timer = time.CreateTimer(_ => deadline.Cancel(), null, Patience.ToTimeSpan(), Timeout.InfiniteTimeSpan);
            try
            {
                await dialer.AddressesAsync(name, AddressFamily.Unspecified, new DialTrail(time), deadline.Token);
            }
            catch (EgressException fault) when (!fault.IsOurs)
            {
                missing.Add(name);
            }
            catch (EgressException fault)
            {
                unsaid.Add($"{name}: {fault.Message}");
            }
            catch (OperationCanceledException) when (!token.IsCancellationRequested)
            {
                unsaid.Add($"{name}: no answer within {Patience.ToWords()}");
            }
        });
        var asked = names.Count > some.Count ? $"of {names.Count:N0} names {some.Count} were asked for" : names.Count == 1 ? "the one name was asked for" : $"{names.Count} names were asked for";
        if (unsaid.Count == some.Count) return new("names", Health.Wrong, $"the resolver says nothing: {unsaid.Order(StringComparer.Ordinal).First()}", "see to the name server of this machine (/etc/resolv.conf), or name another: resolver in house.yaml; until then every look by name is a gap");
        if (unsaid.IsEmpty && missing.IsEmpty) return new("names", Health.Good, $"{asked}, and {(some.Count == 1 ? "it was found" : "all were found")}");
        return new("names", Health.Weak, $"{asked}; " + string.Join(" and ", new[] { Told(missing, "not found", ", "), Told(unsaid, "not answered", "; ") }.OfType<string>()), "a name that is not there fails its looks; one that is not answered makes them gaps");
    }

    /// <summary>Every secret that checks and routes name can be read now. It is read and forgotten.</summary>
    public static Examined Secrets(House house)
    {
        var texts = TextsOf(house).Where(Egress.Secrets.IsIn).Distinct(StringComparer.Ordinal).ToList();
        var wrong = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            try
            {
                Egress.Secrets.Expand(text);
            }
            catch (EgressException fault)
            {
                wrong.Add(fault.Message);
            }
        }
        return texts.Count == 0 ? new("secrets", Health.Good, "no check and no route names one")
            : wrong.Count == 0 ? new("secrets", Health.Good, "all that checks and routes name can be read by this user")
            : new("secrets", Health.Wrong, Told(wrong, null, "; ")!, "what lacks a secret is not asked, so its promise is unknown; a server may see others than this shell does");
    }

    private static IEnumerable<string> TextsOf(House house)
    {
        // what others wrote gets no secret of ours
        var checks = house.Promises.Where(promise => promise.Trust == DocumentOrigin.Ours).SelectMany(promise => promise.Checks).Concat(house.Settings.Anchors.All);
        foreach (var check in checks.SelectMany(check => check.First.Append(check)))
        {
            yield return check.Target.Text;
            yield return check.Target.Rest;
            foreach (var value in check.Settings.Values)
                foreach (var text in TextsOf(value))
                    yield return text;
        }
        foreach (var route in house.Settings.Routes)
        {
            yield return route.Address;
            yield return route.Secret ?? "";
            yield return route.User ?? "";
        }
        yield return house.Settings.Proxy ?? "";
    }

    private static IEnumerable<string> TextsOf(FieldValue value) => value switch
    {
        FieldValue.Text text => [text.Content],
        FieldValue.Texts texts => texts.Items,
        FieldValue.TextMap map => map.Items.SelectMany(item => (string[])[item.Key, item.Value]),
        _ => [],
    };

    private static string? Told(IReadOnlyCollection<string> what, string? how, string between) => what.Count == 0 ? null
        : $"{(how is null ? "" : how + ": ")}{string.Join(between, what.Order(StringComparer.Ordinal).Take(MostTold))}{(what.Count > MostTold ? $" and {what.Count - MostTold} more" : "")}";
}
