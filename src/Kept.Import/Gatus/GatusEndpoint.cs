using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kept.Import.Writing;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Gatus;

/// <summary>Endpoints as wishes with one check each.</summary>
internal sealed partial class GatusEndpoints(ImportRequest request, HouseDraft draft, Losses losses, GatusAlerting alerting, IReadOnlyList<string> maintenance)
{
    private static readonly Duration StandardEvery = Duration.Seconds(60), StandardTimeout = Duration.Seconds(10), Quickest = Duration.Seconds(1), Slowest = Duration.Days(366);
    private static readonly JsonSerializerOptions AsWritten = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Read(Keys endpoint)
    {
        var (name, group, url) = (endpoint.Text("name")?.Content ?? "endpoint", endpoint.Text("group")?.Content, endpoint.Text("url"));
        var subject = endpoint.Subject = group is null ? name : $"{group}/{name}";
        var enabled = endpoint.Flag("enabled");
        var confirm = alerting.Confirmation(endpoint);
        var windows = endpoint.Items("maintenance-windows").Select(window => GatusMaintenance.Calendar(window, draft, losses)).ToList();
        var conditions = GatusText.Texts(endpoint.List("conditions")).ToList();
        var dns = endpoint.Inner("dns");
        var check = url is null ? null : dns is not null ? Dns(dns, url, subject) : Check(endpoint, url, subject);
        if (url is null) losses.Lost(endpoint.Map.At, subject, "it has no url, and Gatus does not start with it");
        Shown(endpoint);
        // what is hollow is told of endpoints that are not carried, too: their users have them today
        foreach (var condition in conditions) Hollow(condition, subject, check is null ? null : request.Kind(check.Kind));
        Whole(endpoint, url?.Content ?? "", conditions, subject);
        var (every, client) = (GatusText.Length(endpoint, "interval", losses) ?? StandardEvery, endpoint.Inner("client"));
        if (check is not null) Client(client, check, request.Kind(check.Kind)!);
        else client?.Pass("timeout", "insecure", "ignore-redirect", "dns-resolver", "proxy-url", "oauth2", "identity-aware-proxy", "kerberos", "network", "tls", "tunnel");
        client?.TellUnknown(key => key is "insecure-skip-verify" or "skip-verify" ? "Gatus writes `insecure: true`, and here a private authority is trusted by `trust:` in house.yaml" : null);
        endpoint.Pass("method", "body", "graphql", "headers", "store", "always-run", "extra-labels", "ssh");
        endpoint.TellUnknown(key => key switch
        {
            "timeout" => "write it under `client:`",
            "condition" => "write `conditions:`, a list",
            "alert" => "write `alerts:`, a list",
            "insecure" or "ignore-redirect" or "dns-resolver" => "write it under `client:`",
            _ => null,
        });
        if (check is null || enabled == false)
        {
            if (enabled == false) losses.Lost(endpoint.Map.At, subject, "it is switched off", "take it along when it is switched on again");
            draft.NotCarried.Add((subject, endpoint.Map.At));
            return;
        }
        Rhythm(endpoint, check, every, StandardTimeout);
        check.Confirm = confirm;
        foreach (var condition in conditions) Carry(condition, check, subject);
        var wish = new WishDraft(subject, endpoint.Map.At, group ?? HostOf(check), name) { Purpose = subject, Given = GatusMaintenance.Given(maintenance.Concat(windows)) };
        wish.Checks.Add(check);
        draft.Wishes.Add(wish);
    }

    private CheckDraft? Check(Keys endpoint, ForeignNode.Text url, string subject)
    {
        var method = endpoint.Text("method")?.Content ?? "GET";
        if (GatusTarget.Of(url.Content) is not { } target)
        {
            // not the whole URL: without a scheme that is known, nobody can say where a password stands in it
            losses.Lost(url.At, subject, Scheme().Match(url.Content) is { Success: true } other ? $"`{other.Value}` is no scheme that Gatus knows, and Gatus does not start with it" : "the URL has no scheme that Gatus knows, and Gatus does not start with it",
                "write https:// before the host");
            return null;
        }
        var scheme = target.Scheme[..^3];
        if (target.Kind is not { } named || request.Kind(named) is not { } kind)
        {
            losses.Lost(url.At, subject, target.Kind is null ? $"there is no kind of check for {scheme}, and none is planned" : $"{scheme} is looked at by the kind `{target.Kind}`, which this program does not have",
                target.Kind is null ? "a heartbeat from the service itself tells more" : "import again with a program that has it; `kept schema` lists the kinds");
            return null;
        }
        var read = new List<string>();
        var check = Target(kind, target.Target(method, GatusText.WithSecrets(url.Content, read)), url.At, subject);
        if (check is null) return null;
        check.Secrets.AddRange(read);
        if (target.Scheme == "grpcs://") check.Fields.Add(new("over-tls", "yes"));
        if (endpoint.Text("body") is { } body) Body(endpoint, body, check, kind, subject);
        Headers(endpoint, check, kind, subject);
        if (endpoint.Map["ssh"] is not null) endpoint.Lost("ssh", "user name, password and command of ssh are not carried");
        return check;
    }

    private CheckDraft? Dns(Keys dns, ForeignNode.Text url, string subject)
    {
        var (type, name) = (dns.Text("query-type")?.Content ?? "A", dns.Text("query-name")?.Content ?? "");
        dns.TellUnknown();
        return request.Kind("dns") is { } kind ? Target(kind, $"{type.ToUpperInvariant()} {name} at {url.Content}", url.At, subject) : null;
    }

    private CheckDraft? Target(CheckKind kind, string target, Place at, string subject)
    {
        var reading = kind.Read(target);
        if (reading.Target is not null) return new CheckDraft(kind.Name, target);
        losses.Lost(at, subject, $"the target is none here: {reading.Error}", reading.Help);
        return null;
    }

    private void Body(Keys endpoint, ForeignNode.Text body, CheckDraft check, CheckKind kind, string subject)
    {
        var read = new List<string>();
        var text = GatusText.WithSecrets(body.Content, read).Replace("[ENDPOINT_NAME]", endpoint.Text("name")?.Content ?? "", StringComparison.Ordinal)
            .Replace("[ENDPOINT_GROUP]", endpoint.Text("group")?.Content ?? "", StringComparison.Ordinal).Replace("[ENDPOINT_URL]", endpoint.Text("url")?.Content ?? "", StringComparison.Ordinal);
        if (text.Contains("[RANDOM_STRING_", StringComparison.Ordinal)) losses.Lost(body.At, subject, "a text at random in the body is sent as it is written");
        var field = GatusTarget.Takes(kind, "body") ? "body" : GatusTarget.Takes(kind, "send") ? "send" : null;
        if (field is null) losses.Lost(body.At, subject, $"a check of the kind `{kind.Name}` sends nothing");
        else
        {
            check.Secrets.AddRange(read);
            check.Fields.Add(new(field, endpoint.Flag("graphql") == true ? JsonSerializer.Serialize(new Dictionary<string, string> { ["query"] = text }, AsWritten) : text));
        }
    }

    private void Headers(Keys endpoint, CheckDraft check, CheckKind kind, string subject)
    {
        if (endpoint.Mapping("headers") is not { } headers) return;
        if (!GatusTarget.Takes(kind, "headers"))
        {
            losses.Lost(headers.At, subject, $"a check of the kind `{kind.Name}` sends no headers");
            return;
        }
        var sent = new List<KeyValuePair<string, string>>();
        foreach (var (name, value) in headers.Entries)
            if (value is ForeignNode.Text text)
            {
                sent.Add(new(name.Content, GatusText.WithSecrets(text.Content, check.Secrets)));
                if (name.Content.ToLowerInvariant() is "authorization" or "cookie" or "x-api-key" or "x-auth-token" && !sent[^1].Value.Contains("${env:", StringComparison.Ordinal))
                    losses.Changed(name.At, subject, $"the header `{name.Content}` holds a secret as it is written, and so does the document", $"write it as {name.Content}: ${{env:NAME}}, or from a file: ${{file:/run/secret}}");
            }
            else losses.Lost(value.At, subject, $"the header `{Losses.Short(name.Content)}` is no text");
        check.Maps.Add(new("headers", sent));
    }

    private void Client(Keys? client, CheckDraft check, CheckKind kind)
    {
        if (client?.Flag("ignore-redirect") != true && GatusTarget.Takes(kind, "redirects")) check.Fields.Add(new("redirects", "follow"));
        if (client is null) return;
        if (GatusText.Length(client, "timeout", losses) is { } timeout) check.Timeout = timeout;
        if (client.Flag("insecure") == true)
            losses.Lost(client.At("insecure"), client.Subject, "a certificate that does not hold is a failure here, and nothing switches that off", "trust the authority that signed it: `trust: [ca.pem]` in house.yaml");
        client.Lost("dns-resolver", "one endpoint has no name server of its own here", "`resolver:` in house.yaml is for all looks");
        client.Lost("proxy-url", "one endpoint has no proxy of its own here", "`proxy:` in house.yaml is for all looks");
        client.Lost("oauth2", "a token from an OAuth2 server is not fetched", "send one from a file that is renewed: headers: { Authorization: 'Bearer ${file:/run/token}' }");
        client.Lost("identity-aware-proxy", "Google's identity-aware proxy is not passed");
        client.Lost("kerberos", "Kerberos is not spoken");
        client.Lost("tls", "a certificate of the client is not sent");
        client.Lost("tunnel", "tunnels are not carried", "run Kept where the target can be reached");
        Network(client, check, kind);
    }

    private void Network(Keys client, CheckDraft check, CheckKind kind)
    {
        if (client.Text("network") is not { Content: not "ip" } network) return;
        if (network.Content is not ("ip4" or "ip6"))
        {
            losses.Lost(network.At, client.Subject, $"`{Losses.Short(network.Content)}` is no network: ip, ip4 or ip6");
            return;
        }
        var isFour = network.Content == "ip4";
        var (family, other) = isFour ? ("IPv4", "IPv6") : ("IPv6", "IPv4");
        if (AddressFamilies.IsAddress(check, kind))
        {
            if (check.Kind != "icmp") losses.Tell(new(ImportCodes.UnknownKey, FindingKind.UnknownKey, network.At, client.Subject, "`network` is read for ping alone, and does nothing here", null, "leave it out"));
            else if (AddressFamilies.IsOther(check, kind, isFour)) losses.Hollow(ImportCodes.CannotPass, network.At, client.Subject, $"the target is an address of {other}, and {family} alone is asked for", "the target is well, and the ping fails", "leave `network` out");
            return;
        }
        var isWritten = AddressFamilies.Want(check, kind, isFour);
        if (check.Kind != "icmp") losses.Hollow(ImportCodes.WatchesTooLittle, network.At, client.Subject, "Gatus reads `network` for ping alone, so this endpoint is looked at over either", $"{family} is dead and the other answers", "ask for an address of that family", isWritten ? $"`addresses: {family}`" : null);
    }

    private void Rhythm(Keys endpoint, CheckDraft check, Duration every, Duration timeout)
    {
        var kept = every < Quickest ? Quickest : every > Slowest ? Slowest : every;
        if (kept != every) losses.Changed(endpoint.At("interval"), endpoint.Subject, $"it is looked at every {kept} instead of every {every}");
        var wanted = check.Timeout ?? timeout;
        check.Every = kept;
        check.Timeout = wanted < kept ? wanted : kept / 2;
        if (wanted >= kept) losses.Changed(endpoint.At("interval"), endpoint.Subject, $"a look may take {wanted} and the next is due after {kept}; here it is given up after {kept / 2}");
    }

    private void Carry(ForeignNode.Text condition, CheckDraft check, string subject)
    {
        var kind = request.Kind(check.Kind)!;
        var read = new List<string>();
        var text = GatusText.WithSecrets(condition.Content, read);
        // nothing puts a secret into an expectation: `== '${env:NAME}'` would ask for these very letters
        var translated = read.Count > 0 ? new GatusTranslated(null, $"no expectation holds a variable of the environment, and it names {string.Join(", ", read.Distinct())}") : GatusTranslation.Of(text, kind);
        if (translated.Expectation is { Length: > 0 } expected) check.Expect.Add(expected);
        if (translated.Expectation is null)
        {
            check.Comments.Add($"not carried: {condition.Content}");
            losses.Lost(condition.At, subject, $"`{Losses.Short(condition.Content)}` is not carried: {translated.Why}", OfTheDomain(text, check));
        }
        else if (translated.Difference is { } difference) losses.Changed(condition.At, subject, difference);
    }

    /// <summary>A condition on the registration of the name as a promise of its own; which part of the name is registered nobody can tell from it alone.</summary>
    private string? OfTheDomain(string condition, CheckDraft check) =>
        request.Kind("domain") is { } kind && condition.Contains(GatusOperand.Domain, StringComparison.OrdinalIgnoreCase) && GatusTranslation.Of(condition, kind).Expectation is { Length: > 0 } expected
            ? $"write a promise of its own, about the name that is registered: check: {{ domain: {HostOf(check)}, every: 1d, expect: [ {expected} ] }}" : null;

    private void Hollow(ForeignNode.Text condition, string subject, CheckKind? kind)
    {
        if (GatusCondition.Evaluate(condition.Content, new GatusSeen()).Passes is null)
        {
            losses.Hollow(ImportCodes.Unread, condition.At, subject, "Gatus does not start with this condition: it is no `VALUE OPERATOR VALUE`", null, "write one of == != < <= > >= between two values, with a space on both sides");
            return;
        }
        var meant = kind is null ? null : GatusTranslation.Of(condition.Content, kind).Expectation;
        foreach (var one in GatusHollow.Find(condition.Content))
            losses.Hollow(one.Code, condition.Part(one.Start, one.Length), subject, one.Message, one.Shows,
                one.Instead, meant is { Length: > 0 } ? one is { Instead: null, Here: { } so } ? $"{so}; it is written `{meant}`" : $"it is written `{meant}`" : one.Here);
    }

    /// <summary>Gives the whole endpoint observations of its target in ruins: if every condition holds, nothing would be noticed.</summary>
    private void Whole(Keys endpoint, string url, List<ForeignNode.Text> conditions, string subject)
    {
        if (conditions.Count == 0)
        {
            // of a file that breaks off, the last endpoint may be half an endpoint
            if (losses.IsBroken) return;
            losses.Hollow(ImportCodes.WatchesTooLittle, endpoint.Map.At, subject, "it has no conditions, and Gatus does not start with it", null, "write at least `[STATUS] == 200`, or `[CONNECTED] == true`");
            return;
        }
        if (losses.IsHollow(subject)) return;
        var isHttp = url.StartsWith("http", StringComparison.Ordinal);
        var healthy = new GatusSeen { Connected = true, DurationMs = 1, CertificateExpirationMs = 90L * 86_400_000, DomainExpirationMs = 90L * 86_400_000, DnsRcode = "NOERROR", Ip = "192.0.2.1" };
        foreach (var (seen, what) in isHttp
            ? new[] { (healthy with { Status = 500, Body = "<html>Internal Server Error</html>" }, "an answer 500 with an error page passes"), (new GatusSeen { DurationMs = 1 }, "a refused connection passes") }
            : [(new GatusSeen { DurationMs = 1 }, "a refused connection passes")])
            if (conditions.TrueForAll(condition => GatusCondition.Evaluate(condition.Content, seen).Passes == true))
            {
                losses.Hollow(ImportCodes.WatchesTooLittle, conditions[0].At, subject, "its conditions ask nothing that tells a broken target from a good one", what,
                    isHttp ? "add `[STATUS] == 200`" : "add `[CONNECTED] == true`", isHttp ? "`status == 200`" : "a look that cannot connect is bad by itself");
                return;
            }
    }

    private static void Shown(Keys endpoint)
    {
        if (endpoint.Inner("ui") is not { } ui) return;
        ui.Pass("hide-conditions", "hide-hostname", "hide-port", "hide-url", "hide-errors", "dont-resolve-failed-conditions", "resolve-successful-conditions", "badge");
        ui.TellUnknown();
    }

    private string HostOf(CheckDraft check) => request.Kind(check.Kind)!.ReadTarget(check.Target).Target is { Host.Length: > 0 } target ? target.Host : check.Kind;

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9+.-]{0,20}://", RegexOptions.CultureInvariant)]
    private static partial Regex Scheme();
}
