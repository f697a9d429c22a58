using System.Collections.Immutable;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks;

/// <summary>Kinds that read a document over HTTP: one GET, whole.</summary>
internal static class Fetch
{
    public static readonly CheckField Headers = new("headers", FieldForm.TextMap, "headers to send, by name; values may name secrets", MayHoldSecret: true);

    /// <summary>Asks with the headers of the check. The phases are noted in the attempt's trail.</summary>
    public static ValueTask<HttpAnswer> GetAsync(Dialer dialer, Attempt attempt, Uri url, string accept, long limit, bool follows, CancellationToken deadline, DocumentOrigin? trust = null)
    {
        var headers = (attempt.Request.Check.Setting<FieldValue.TextMap>(Headers.Name)?.Items ?? []).Select(header => KeyValuePair.Create(header.Key, attempt.Expand(header.Value))).ToImmutableArray();
        return HttpExchange.AskAsync(dialer, new HttpAsk
        {
            Url = url,
            Method = HttpMethod.Get,
            Trust = trust ?? attempt.Request.Trust,
            Headers = headers.Any(header => header.Key.Equals("Accept", StringComparison.OrdinalIgnoreCase)) ? headers : headers.Add(new("Accept", accept)),
            Follows = follows,
            BodyLimit = limit,
            Fresh = Seen.IsAsked(attempt.Request.Check, name => name is "time.dns" or "time.connect" or "time.tls"),
        }, attempt.Trail, deadline);
    }
}
