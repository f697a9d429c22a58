using Xunit;

namespace Kept.Egress.Tests;

/// <summary>Which cookie goes where (RFC 6265).</summary>
public sealed class CookieJarTests
{
    [Theory]
    [InlineData("https://a.shop.example/x/y", "s=1", "https://a.shop.example/x/z", "s=1")]
    [InlineData("https://a.shop.example/x/y", "s=1", "https://a.shop.example/", null)] // its path is /x
    [InlineData("https://a.shop.example/x", "s=1; Path=/", "https://a.shop.example/other", "s=1")]
    [InlineData("https://a.shop.example/", "s=1; Path=/ab", "https://a.shop.example/abc", null)]
    [InlineData("https://a.shop.example/", "s=1; Path=/ab", "https://a.shop.example/ab/c", "s=1")]
    [InlineData("https://a.shop.example/", "s=1", "https://b.shop.example/", null)]
    [InlineData("https://a.shop.example/", "s=1; Domain=.Shop.example", "https://b.shop.example/", "s=1")]
    [InlineData("https://a.shop.example/", "s=1; Domain=other.example", "https://other.example/", null)]
    [InlineData("https://a.shop.example/", "s=1; Domain=example", "https://b.example/", null)]
    [InlineData("https://evilshop.example/", "s=1; Domain=shop.example", "https://shop.example/", null)]
    [InlineData("http://127.0.0.1/", "s=1; Domain=0.0.1", "http://127.0.0.1/", null)]
    [InlineData("http://127.0.0.1:1/", "s=1", "http://127.0.0.1:2/", "s=1")] // ports are one host
    [InlineData("https://a.shop.example/", "s=1; Secure", "http://a.shop.example/", null)]
    [InlineData("https://a.shop.example/", "s=1; Max-Age=0", "https://a.shop.example/", null)]
    [InlineData("https://a.shop.example/", "s=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "https://a.shop.example/", "s=1")]
    [InlineData("https://a.shop.example/", "s=1; Expires=Thu, 01-Jan-1970 00:00:00 GMT", "https://a.shop.example/", null)]
    [InlineData("https://a.shop.example/", "s=1; Expires=Fri, 01 Jan 2100 00:00:00 GMT", "https://a.shop.example/", "s=1")]
    [InlineData("https://a.shop.example/", "s=1; Expires=whenever", "https://a.shop.example/", "s=1")]
    [InlineData("https://a.shop.example/", "__Host-s=1; Path=/; Secure", "https://a.shop.example/", "__Host-s=1")]
    [InlineData("https://a.shop.example/", "__Host-s=1; Path=/", "https://a.shop.example/", null)]
    [InlineData("http://a.shop.example/", "__Secure-s=1; Secure", "https://a.shop.example/", null)]
    [InlineData("https://a.shop.example/", "s", "https://a.shop.example/", null)]
    [InlineData("https://a.shop.example/", "=1", "https://a.shop.example/", null)]
    [InlineData("https://a.shop.example/", "s=\u0001", "https://a.shop.example/", null)]
    [InlineData("https://a.shop.example/", "s=a=b==", "https://a.shop.example/", "s=a=b==")]
    public void A_cookie_goes_where_it_belongs(string from, string set, string to, string? header)
    {
        var jar = new CookieJar(TimeProvider.System);
        jar.Take(new Uri(from), set);
        Assert.Equal(header, jar.HeaderFor(new Uri(to)));
    }

    [Fact]
    public void A_newer_one_takes_its_place_a_longer_path_goes_first_and_there_is_a_bound()
    {
        var (jar, url) = (new CookieJar(TimeProvider.System), new Uri("https://shop.example/a/b"));
        jar.Take(url, "s=1; Path=/");
        jar.Take(url, "s=2; Path=/");
        jar.Take(url, "t=3; Path=/a");
        Assert.Equal("t=3; s=2", jar.HeaderFor(url));
        jar.Take(url, "s=; Path=/; Max-Age=-1");
        Assert.Equal("t=3", jar.HeaderFor(url));
        for (var i = 0; i < 1000; i++) jar.Take(url, $"c{i}=x; Path=/");
        Assert.Equal(50, jar.HeaderFor(url)!.Split(';').Length);
        jar.Take(url, "big=" + new string('x', 5000));
        Assert.DoesNotContain("big", jar.HeaderFor(url), StringComparison.Ordinal);
    }
}
