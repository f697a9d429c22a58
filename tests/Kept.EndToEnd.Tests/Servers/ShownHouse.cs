using Kept.EndToEnd.Tests.Browser;
using Xunit;

namespace Kept.EndToEnd.Tests.Servers;

/// <summary>A running house about a local nginx in which every verdict stands, to be looked at in Chromium. Nothing in it is broken by tests, so all may share it.</summary>
public sealed class ShownHouse : IAsyncLifetime
{
    public const string Kept = "promises/shop/front-page@1";
    private const string LongName = "a-name-of-a-promise-that-is-as-long-as-somebody-in-a-hurry-would-ever-write-it";

    /// <summary>What each promise reads, by its name.</summary>
    public static readonly (string Promise, string Outcome)[] Verdicts =
    [
        ("shop/front-page@1", "kept"), ("shop/pictures@1", "kept"), ("shop/search@1", "broken"), ("shop/push@1", "unknown"), ("shop/night-sale@1", "not-in-force"), ("shop/archive@1", "not-a-promise"),
        ($"shop/{LongName}@1", "broken"), ("cdn/files", "kept"), ("mirror/files", "broken"),
    ];

    /// <summary>Every page there is, with every kind of promise: looked at, standing on others, called, without terms, with words of any length, wished.</summary>
    public static readonly string[] Pages =
    [
        "", "?state=broken", "agents/shop", "agents/cdn", "agents/kept", "evidence", "tell", "add", "problems", "nowhere", "promises/shop/nothing@1",
        Kept, "promises/shop/pictures@1", "promises/shop/push@1", "promises/shop/archive@1", $"promises/shop/{LongName}@1", "promises/cdn/files",
    ];

    private readonly Nginx _nginx = new();
    private Chromium? _chromium;

    public KeptUp Server { get; } = new();

    public Chromium Chromium => _chromium!;

    public Uri At(string page) => new(Server.Address, page);

    public async ValueTask InitializeAsync()
    {
        _chromium = await Chromium.StartAsync();
        await _nginx.StartAsync();
        await Server.StartAsync("house: shop\nname: Shop\nplace: test-bench\n", Document());
        foreach (var (promise, outcome) in Verdicts) await Server.UntilAsync(promise, outcome);
    }

    public async ValueTask DisposeAsync()
    {
        if (_chromium is not null) await _chromium.DisposeAsync();
        await Server.DisposeAsync();
        await _nginx.DisposeAsync();
    }

    private string Document()
    {
        // open for an hour, half a day from now: never while a test looks
        var opens = TimeProvider.System.GetUtcNow().AddHours(11);
        var day = opens.DayOfWeek.ToString()[..2];
        return $$"""
            kept: 1
            agent: shop
            name: Shop
            kind: business
            domains: [127.0.0.1]
            until: 2099-12-31
            contact:
              - { role: on call, reach: 'mailto:oncall@shop.test', hours: 'Mo-Su 00:00-24:00 Europe/Brussels', answers: within 1h, expires: 2099-12-31 }
            calendars:
              night: { open: '{{day}} {{opens:HH}}:00-{{opens:HH}}:59 UTC' }
            defaults:
              to: anyone
              version: 1.0
              docs: https://shop.test/terms
              notice: 7d
              uses: not disclosed
              fails: [ { code: 503 later, sees: a page that says when we are back, retry: after 1m, loses: nothing } ]
              keeps: [ 'availability >= 50% over 30d' ]
              check: { every: 2s, timeout: 1900ms, confirm: 2 of 3 }
            promises:
              front-page@1:
                benefit: You can look around in the shop at any time.
                keeps: [ 'availability >= 50% over 30d', 'latency p95 <= 4ms over 1h' ]
                limits: { load: 200/s, burst: 400, beyond: 429 with Retry-After, raise: a week }
                check:
                  http: GET http://127.0.0.1:{{_nginx.Port}}/health
                  expect: [ status == 200, body.ready == true, time < 1900ms ]
              pictures@1:
                benefit: You see what you buy.
                uses: search and (cdn/files or mirror/files)
                check:
                  http: GET http://127.0.0.1:{{_nginx.Port}}/health
                  expect: [ status == 200, 'body.version == ''1.0''' ]
              search@1:
                benefit: You find what is there by half of its name.
                check:
                  http: GET http://127.0.0.1:{{_nginx.Port}}/search
                  expect: [ status == 200 ]
              push@1:
                benefit: You are told when it is on its way.
                check: { heartbeat: parcels-told, every: 1h, grace: 5m, confirm: 1 of 1 }
              night-sale@1:
                benefit: While others sleep, everything costs half.
                given: during night
                check:
                  http: GET http://127.0.0.1:{{_nginx.Port}}/health
                  expect: [ status == 200 ]
              archive@1:
                benefit: What you bought ten years ago can still be looked up.
                check:
                  http: GET https://archive.elsewhere.test/health
                  expect: [ status == 200 ]
              {{LongName}}@1:
                benefit: A sentence-that-somebody-wrote-without-a-single-place-to-break-it/so-that-a-narrow-screen-has-to-cut-it-somewhere.
                check:
                  http: GET http://127.0.0.1:{{_nginx.Port}}/there/is/nothing/at/this/address/and/it/is/long/besides?with=a-query-that-never-ends-and-has-no-spaces
                  expect: [ status == 200, 'header.content-type contains ''application/vnd.something.that.is.very.long+json''' ]
            relies-on:
              cdn:
                terms: https://cdn.test/sla
                wishes:
                  files:
                    purpose: pictures of what is sold
                    needs: [ 'availability >= 50% over 30d' ]
                    check: { http: 'GET http://127.0.0.1:{{_nginx.Port}}/health', every: 2s, timeout: 1900ms, expect: [ status == 200 ] }
              mirror:
                wishes:
                  files:
                    purpose: pictures when the other is away
                    needs: [ 'availability >= 50% over 30d' ]
                    check: { http: 'GET http://127.0.0.1:{{_nginx.Port}}/mirror', every: 2s, timeout: 1900ms, expect: [ status == 200 ] }
            """;
    }
}
