using System.Text;
using Kept.Checks;
using Kept.Language;
using Kept.Model;
using Xunit;

namespace Kept.Rules.Tests;

/// <summary>Houses read from text, and what the rules find in them, at one fixed moment.</summary>
internal static class Documents
{
    public static readonly Instant Now = Instant.TryParse("2026-06-01T12:00:00Z", out var at) ? at : throw new InvalidOperationException();

    /// <summary>The program's own kinds, as far as the examples use them.</summary>
    public static readonly IReadOnlyList<CheckKind> Kinds = [.. CheckCatalog.Kinds.Where(kind => kind.Name is "http" or "heartbeat" or "command" or "consistency" or "grpc")];

    public static House House(string yaml, string path = "kept.yaml")
    {
        var reading = HouseReader.Read([new DocumentFile(path, Encoding.UTF8.GetBytes(yaml))], "test", Kinds);
        Assert.True(reading.House is not null, string.Join('\n', reading.Diagnostics.Select(DiagnosticText.Render)));
        return reading.House;
    }

    /// <param name="folder">Where files that it names are read; null: nowhere.</param>
    public static IReadOnlyList<Finding> Findings(string yaml, string? before = null, string path = "kept.yaml", string? folder = null) =>
        HouseRules.Findings(House(yaml, path), Now, before is null ? null : Seen(before), folder is null ? null : CheckCatalog.FilesIn(folder));

    /// <summary>Findings as <c>R05.nobody</c>, in order.</summary>
    public static IEnumerable<string> Clauses(string yaml, string? before = null) => Findings(yaml, before).Select(finding => $"{finding.Clause.Rule}.{finding.Clause.Slug}");

    public static IReadOnlyDictionary<PromiseName, TermsSeen> Seen(string yaml) =>
        House(yaml).Agents.SelectMany(agent => agent.Promises).ToDictionary(promise => promise.Name, promise => new TermsSeen(promise.Version, promise.TermsHash));

    /// <summary>A document with one agent, <c>shop</c>, that keeps all rules; <paramref name="promises"/> and <paramref name="agent"/> are written into it.</summary>
    public static string Shop(string promises = "", string agent = "") => $$"""
        kept: 1
        agent: shop
        domains: [shop.example]
        until: 2027-12-31
        contact: [ { role: on call, reach: 'tel:+3225550100', answers: within 15m, expires: 2027-06-30 } ]
        {{agent}}
        promises:
        {{promises}}
        """;

    /// <summary>A promise that keeps all rules but for what <paramref name="more"/> adds; written for <see cref="Shop"/>.</summary>
    public static string Promise(string name, string more = "", string keeps = "availability >= 99.5% over 30d", string url = "") => $$"""
          {{name}}:
            version: 1.{{name.Length}}
            benefit: As a shopper you find what you look for.
            to: anyone
            docs: docs/page.md
            notice: 30d
            keeps: [ '{{keeps}}' ]
            fails: [ { code: 503 later, sees: a page that says so, retry: after 30s, loses: nothing } ]
            check: { http: 'GET https://shop.example/{{(url.Length > 0 ? url : name)}}', every: 30s, expect: [ 'status == 200' ] }
            {{more}}
        """;
}
