using System.Collections.Immutable;
using System.Net.Sockets;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks;

/// <summary>
/// The addresses that a check names (<see cref="Settings.Addresses"/>). Those of one family are an aim of its dials. Each of them is a look of its own, all at once and under one
/// deadline: what each showed is put side by side and never pooled, for which of them decides is for the judge to say.
/// </summary>
internal static class AddressChoice
{
    /// <summary>One look asks no more addresses: a name of others could lead to thousands.</summary>
    public const int Most = 16;

    private const string Every = "each";

    /// <summary>What the dials of a check aim at.</summary>
    public static Aim AimOf(LookRequest request) => request.Only is { } only
        ? new Aim(AddressFamily.Unspecified, request.Check.Target.Host, only.Address)
        : new Aim(Of(request.Check) switch { "IPv4" => AddressFamily.InterNetwork, "IPv6" => AddressFamily.InterNetworkV6, _ => AddressFamily.Unspecified });

    private static string? Of(Check check) => check.Setting<FieldValue.Text>(Settings.Addresses.Name)?.Content;

    /// <summary>The look of a kind, at each address where the check says so.</summary>
    public static Look Over(Look look, Dialer dialer, TimeProvider time) => (request, cancellationToken) => Of(request.Check) == Every
        ? Attempt.RunAsync(request, time, (attempt, deadline) => EachAsync(look, dialer, attempt, deadline, cancellationToken), cancellationToken)
        : look(request, cancellationToken);

    private static async ValueTask<Observation> EachAsync(Look look, Dialer dialer, Attempt attempt, CancellationToken deadline, CancellationToken cancellationToken)
    {
        var request = attempt.Request;
        var (addresses, unknown) = await dialer.AllAddressesAsync(request.Check.Target.Host, attempt.Trail, deadline);
        var named = attempt.Trail.Phases.Dns < 0 ? -1 : attempt.Trail.Phases.Total;
        // Each under what is left of the time-out: the deadline here has done its work.
        var seen = await Task.WhenAll(addresses.Take(Most).Select(address => look(request with { Only = new OneAddress(address, named) }, cancellationToken).AsTask()));
        var each = ImmutableArray.CreateBuilder<AddressSeen>();
        for (var i = 0; i < seen.Length; i++) each.Add(new(addresses[i].ToString(), seen[i] with { StartedAt = attempt.StartedAt }));
        foreach (var (family, fault) in unknown) each.Add(new($"its {Aim.Name(family)} addresses", attempt.Failed(fault)));
        if (addresses.Length > Most)
            each.Add(new($"{addresses.Length - Most} more", Observation.OfGap(attempt.StartedAt, GapCause.Local, $"{request.Check.Target.Host} has {addresses.Length} addresses, and one look asks {Most} of them")));
        return Observation.OfGap(attempt.StartedAt, GapCause.Fault, "nobody judged its addresses") with { Each = each.ToImmutable() };
    }
}
