using System.Globalization;
using System.Net;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Domain;

/// <summary>The kind <c>domain</c>: the registry is asked about a name, not the name itself.</summary>
internal static class DomainKind
{
    public static readonly CheckKind Kind = new(
        "domain", "Asks the registry of a domain (RDAP) until when it is registered, and how it stands.", "NAME [at RDAP-URL]", ReadTarget,
        Fields: [Settings.BodyLimit("256KiB")],
        Sees:
        [
            new("expires-in", ObservedForm.Quantity, Dimension.Time, "until the registration ends; negative once it has; missing where the registry does not tell", Optional: true),
            new("registered-for", ObservedForm.Quantity, Dimension.Time, "since it was registered", Optional: true, Typical: Value.Of(Duration.Days(1000))),
            new("status", ObservedForm.List, Dimension.Number, "how it stands, in the registry's words and small letters: 'active', 'client transfer prohibited', 'server hold', 'redemption period'", Typical: new Value.List([Value.Of("active"), Value.Of("client transfer prohibited")])),
            new("registrar", ObservedForm.Text, Dimension.Number, "through whom it is registered", Optional: true),
            new("name-servers", ObservedForm.List, Dimension.Number, "where its zone is answered, sorted, in small letters without a final dot", Typical: new Value.List([Value.Of("ns1.shop.example"), Value.Of("ns2.shop.example")])),
            Seen.Time,
            Seen.Ip,
        ],
        Failures:
        [
            DomainFailures.NotRegistered, DomainFailures.Expired, DomainFailures.Expiring, DomainFailures.ExpiryMissing, DomainFailures.OnHold, DomainFailures.Redemption, DomainFailures.TransferUnlocked,
            DomainFailures.RegistrarOther, DomainFailures.NameServersOther,
        ],
        Typical: DomainFailures.Healthy,
        Every: Duration.Days(1),
        Sends: _ => 1 + HttpExchange.MostRedirects);

    private static TargetReading ReadTarget(string text)
    {
        var (first, second) = Targets.Parted(text);
        var (name, url) = first.Length == 0 ? (second, "") : (first, second);
        if (name.Length == 0) return TargetReading.Wrong("the target is empty", "write: shop.example");
        if (name.Contains("://", StringComparison.Ordinal) || name.Contains('/')) return TargetReading.Wrong("the target is a name, not a URL", "write the name that is registered: shop.example");
        if (IPAddress.TryParse(name, out _)) return TargetReading.Wrong($"{name} is an address, and nobody registers those by name", "write the name that is registered: shop.example");
        if (Ascii(name) is not { } ascii) return TargetReading.Wrong($"'{name}' is not the name of a domain", "write the name that is registered: shop.example");
        if (url.Length == 0) return TargetReading.Of(new CheckTarget(text, ascii, 0, "", "", Registries.LaneOf(ascii)));
        if (url.Contains('?')) return TargetReading.Wrong("the URL of an RDAP server has no query", $"write what stands before /domain/: {name} at https://rdap.registry.example/");
        var server = Targets.Url(text, "", url, $"write: {name} at https://rdap.registry.example/");
        // The check is about the name; that is what must be the agent's own. Who is asked too often is the server.
        return server.Target is { } target ? TargetReading.Of(target with { Host = ascii, Dials = target.Host, Rest = url.TrimEnd('/') }) : server;
    }

    private static string? Ascii(string name)
    {
        try
        {
            var ascii = (name.All(char.IsAscii) ? name : new IdnMapping().GetAscii(name)).TrimEnd('.').ToLowerInvariant();
            var labels = ascii.Split('.');
            return ascii.Length <= 253 && labels.Length >= 2 && labels.All(label => label.Length is > 0 and <= 63 && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')) && HostText.Canonical(ascii) == ascii ? ascii : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
