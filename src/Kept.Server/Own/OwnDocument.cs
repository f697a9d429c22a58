using System.Globalization;
using System.Text;
using Kept.Language;

namespace Kept.Server;

/// <summary>
/// What the server promises about itself, as a document like any other: read by the same reader, looked at over the same loopback as everybody's, judged by the
/// same rules. So a first page is never empty, and what we ask of others we show of ourselves.
/// </summary>
internal static class OwnDocument
{
    public const string Agent = "kept";

    /// <summary>Shown where a document's path stands; no file has it.</summary>
    public const string Path = "(built in)/kept.yaml";

    /// <param name="address">Where the server answers, as a URL's authority on loopback.</param>
    /// <param name="now">Its promises end with the year after this one, and are renewed by a later start.</param>
    public static DocumentFile Of(string address, DateTimeOffset now) => new(Path, Encoding.UTF8.GetBytes(Text(address, now.Year + 1)));

    private static string Text(string address, int year) => string.Create(CultureInfo.InvariantCulture, $$"""
        kept: 1
        agent: kept
        name: Kept itself
        kind: service
        domains: [localhost, 127.0.0.1, '::1']
        until: {{year}}-12-31
        contact: [ { role: whoever started this server, reach: 'mailto:root@localhost', answers: within 1d, expires: {{year}}-12-31 } ]
        defaults:
          to: [those-at-this-machine]
          docs: http://{{address}}/add
          notice: 30d
          limits: { load: 100/s, burst: 256, beyond: 503 with Retry-After, raise: 1 working day, ramp: at once }
          fails: [ { code: 503 starting, sees: a page that says what is wrong, retry: after 5s, loses: nothing } ]
        promises:
          page@1:
            version: 1.0
            benefit: As somebody who looks here you get an answer at once.
            keeps: [ 'latency p99 <= 500ms over 1h', 'availability >= 99.9% over 1d' ]
            check: { http: 'GET http://{{address}}/healthz', every: 5s, timeout: 2s, confirm: 2 of 3, expect: [ status == 200, time < 500ms, body.status == 'up' ] }
          on-time@1:
            version: 1.0
            benefit: As the owner of a promise you know that it is looked at when it is due.
            keeps: [ 'availability >= 99% over 1d' ]
            check: { http: 'GET http://{{address}}/healthz', every: 10s, timeout: 2s, confirm: 2 of 3, expect: [ status == 200, body.latenessMs <= 1000 ] }
          record@1:
            version: 1.0
            benefit: As somebody who relies on evidence you find everything that was seen on record.
            keeps: [ 'availability >= 99.9% over 1d' ]
            check: { http: 'GET http://{{address}}/healthz', every: 10s, timeout: 2s, confirm: 2 of 3, expect: [ status == 200, body.recording == true, body.unrecordedLooks < 10000 ] }
          documents@1:
            version: 1.0
            benefit: As the writer of a promise you see here what you wrote, not what you wrote before.
            keeps: [ 'availability >= 95% over 1d' ]
            check: { http: 'GET http://{{address}}/healthz', every: 10s, timeout: 2s, confirm: 2 of 3, expect: [ status == 200, body.refused == false ] }
        """);
}
