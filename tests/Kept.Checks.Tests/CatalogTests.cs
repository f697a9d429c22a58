using System.Reflection;
using Kept.Egress;
using Kept.TestKit;
using Xunit;

namespace Kept.Checks.Tests;

public sealed class CatalogTests
{
    public static TheoryData<string> Kinds => [.. CheckCatalog.Kinds.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_is_described_whole(string name)
    {
        var kind = Looking.Kind(name);
        Assert.Equal(kind.Sees.Length, kind.Sees.Select(seen => seen.Name).Distinct().Count());
        Assert.Equal(kind.Fields.Length, kind.Fields.Select(field => field.Name).Distinct().Count());
        Assert.Equal(kind.Failures.Length, kind.Failures.Distinct().Count());
        Assert.NotEmpty(kind.Failures);
        Assert.DoesNotContain(kind.Fields, field => field.Name is "name" && name != "tls" || field.Name is "every" or "timeout" or "confirm" or "expect" or "measures");
        var page = File.ReadAllText(Repository.PathOf("docs", "checks", name + ".md"));
        foreach (var field in kind.Fields) Assert.Contains($"`{field.Name}`", page, StringComparison.Ordinal);
        foreach (var seen in kind.Sees) Assert.Contains($"`{seen.Name}`", page, StringComparison.Ordinal);
        foreach (var failure in kind.Failures) Assert.Contains($"`{failure}`", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_kind_that_dials_has_a_look_and_no_other()
    {
        using var dialer = new Dialer(new EgressOptions(), TimeProvider.System);
        Assert.Equal(CheckCatalog.Kinds.Where(kind => !kind.IsPassive).Select(kind => kind.Name).Order(), CheckCatalog.Looks(dialer, TimeProvider.System).Keys.Order());
    }

    [Fact]
    public void Constants_of_places_are_the_places_of_their_names()
    {
        foreach (var (kind, type) in new[] { ("http", typeof(Http.HttpKind)), ("tcp", typeof(Tcp.TcpKind)), ("dns", typeof(Dns.DnsKind)), ("tls", typeof(Tls.TlsKind)) })
            foreach (var constant in type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral))
            {
                var name = constant.Name switch { "Dns" => "time.dns", "Connect" => "time.connect", "Tls" or "Handshake" => "time.tls", "FirstByte" => "time.first-byte", "OfTls" => "certificate.expires-in", var other => other.ToLowerInvariant() };
                Assert.Equal(name, Looking.Kind(kind).Sees[(int)constant.GetValue(null)!].Name);
            }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Reading_a_target_never_throws(string name)
    {
        var random = new Random(7);
        const string alphabet = "aZ0 .:/[]@?#%${}\t\r\n\\é\ud800①-_GET https://at";
        for (var i = 0; i < 5000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            var prefix = i % 3 == 0 ? "http://" : i % 3 == 1 ? "A x at " : "";
            var reading = Looking.Kind(name).ReadTarget(prefix + text);
            Assert.NotEqual(reading.Target is null, reading.Error is null);
        }
    }
}
