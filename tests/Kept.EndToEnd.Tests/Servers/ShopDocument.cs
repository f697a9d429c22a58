namespace Kept.EndToEnd.Tests.Servers;

/// <summary>The document of the shop that most tests promise about: who it is, what every promise of it has in common, and the promises of one test.</summary>
internal static class ShopDocument
{
    /// <summary>The line that says what is the shop's own; without these it may promise nothing about them.</summary>
    public const string Domains = "domains: [localhost, 127.0.0.1, shop.test]";

    /// <param name="promises">The mapping below <c>promises</c>, written from the first column on.</param>
    public static string With(string promises) =>
        $$"""
        kept: 1
        agent: shop
        name: Shop
        kind: service
        {{Domains}}
        until: 2099-12-31
        contact:
          - { role: on call, reach: 'mailto:oncall@shop.test', hours: 'Mo-Su 00:00-24:00 Europe/Brussels', answers: within 1h, expires: 2099-12-31 }
        defaults:
          to: anyone
          version: 1.0
          docs: https://shop.test/terms
          notice: 7d
          uses: not disclosed
          fails: [ { code: 503, sees: an error, retry: after 1m, loses: nothing } ]
          keeps: [ 'availability >= 50% over 30d' ]
          check: { every: 1s, timeout: 900ms, confirm: 2 of 3 }
        promises:

        """ + string.Join('\n', promises.Split('\n').Select(line => "  " + line));
}
