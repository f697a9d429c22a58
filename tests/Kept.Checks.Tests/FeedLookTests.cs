using System.Text;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

public sealed class FeedLookTests
{
    private static string DaysAgo(double days) => TimeProvider.System.GetUtcNow().AddDays(-days).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
    private static string MailDate(double days) => TimeProvider.System.GetUtcNow().AddDays(-days).ToString("ddd, dd MMM yyyy HH:mm:ss 'GMT'");

    private static async Task<Observation> LookAsync(string content, int status = 200, params (string, FieldValue)[] settings)
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering([.. Encoding.ASCII.GetBytes($"HTTP/1.1 {status} Said\r\nContent-Length: {Encoding.UTF8.GetByteCount(content)}\r\n\r\n"), .. Encoding.UTF8.GetBytes(content)]));
        return await Looking.LookAsync("feed", peer.Url + "/feed", Duration.Seconds(5), settings: settings);
    }

    private static void IsDaysOld(Observation seen, double days) =>
        Assert.InRange(seen.Amount("feed", "age"), (decimal)(days * Duration.PerDay) - Duration.PerSecond, (decimal)(days * Duration.PerDay) + Duration.PerMinute);

    [Fact]
    public async Task Each_form_of_feed_tells_its_newest_entry()
    {
        var rss = await LookAsync($"""
            <?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>News &amp; more</title><image><title>no</title></image>
            <item><title>old</title><pubDate>{MailDate(9)}</pubDate></item><item><title><![CDATA[new <b>]]></title><dc:date>{DaysAgo(2)}</dc:date></item><item><title>undated</title></item><item/></channel></rss>
            """);
        rss.Answers();
        IsDaysOld(rss, 2);
        Assert.Equal(("rss", "News & more", "new <b>", 4m), (rss.Text("feed", "format"), rss.Text("feed", "title"), rss.Text("feed", "newest.title"), rss.Amount("feed", "count")));

        var atom = await LookAsync($"\ufeff<feed xmlns='http://www.w3.org/2005/Atom'><title type='xhtml'><div>The <i>feed</i></div></title><entry><title>a</title><published>{DaysAgo(30)}</published><updated>{DaysAgo(3)}</updated></entry><entry><title>b</title><updated>{DaysAgo(8)}</updated></entry></feed>");
        atom.Answers();
        IsDaysOld(atom, 3);
        Assert.Equal(("atom", "The feed", "a", 2m), (atom.Text("feed", "format"), atom.Text("feed", "title"), atom.Text("feed", "newest.title"), atom.Amount("feed", "count")));

        var json = await LookAsync($$"""{"version":"https://jsonfeed.org/version/1.1","title":"J","items":[{"title":"x","date_published":"{{DaysAgo(5)}}"},{"title":"y","date_published":7}]}""");
        json.Answers();
        IsDaysOld(json, 5);
        Assert.Equal(("json", "x", 2m), (json.Text("feed", "format"), json.Text("feed", "newest.title"), json.Amount("feed", "count")));
    }

    [Fact]
    public async Task Entries_of_the_future_and_without_a_date_are_not_the_newest()
    {
        var future = await LookAsync($"<rss><channel><item><title>2099</title><pubDate>Thu, 01 Jan 2099 00:00:00 GMT</pubDate></item><item><title>true</title><pubDate>{MailDate(4)}</pubDate></item></channel></rss>");
        future.Answers();
        IsDaysOld(future, 4);
        var never = await LookAsync("<rss><channel><item><pubDate>Thu, 01 Jan 2099 00:00:00 GMT</pubDate></item><item><pubDate>yesterday</pubDate></item></channel></rss>");
        never.Answers();
        Assert.Equal((null, null, 2m), (never.See("feed", "age"), never.See("feed", "newest.title"), never.Amount("feed", "count")));
        var none = await LookAsync("<rss><channel/></rss>");
        Assert.Equal((null, 0m), (none.See("feed", "age"), none.Amount("feed", "count")));
    }

    [Theory]
    [InlineData("Sat, 07 Sep 2002 00:00:01 GMT", "2002-09-07T00:00:01Z")]
    [InlineData("07 Sep 02 00:00 EST", "2002-09-07T05:00:00Z")]
    [InlineData("Sat, 7 September 2002 02:00:01 +0200", "2002-09-07T00:00:01Z")]
    [InlineData("2002-09-07T02:00:01.25+02:00", "2002-09-07T00:00:01.25Z")]
    [InlineData("2002-09-07", "2002-09-07T00:00:00Z")]
    [InlineData("Sat, 31 Feb 2002 00:00:01 GMT", null)]
    [InlineData("Sat, 07 Sep 2002 25:00:01 GMT", null)]
    [InlineData("Sat, 07 Sep 2002 00:00:01 Mars", null)]
    [InlineData("Sat, 07 Sep 9999 00:00:01 GMT", null)]
    [InlineData("9999-12-31T23:59:59Z", null)]
    [InlineData("0001-01-01", null)]
    [InlineData("a b c d e f g", null)]
    [InlineData("", null)]
    public void Dates_are_read_as_feeds_write_them(string text, string? at) => Assert.Equal(at, Feed.FeedDate.Read(text)?.ToString());

    [Theory]
    [InlineData("<html><body>log in</body></html>", "HTML")]
    [InlineData("<svg/>", "it begins with svg")]
    [InlineData("<rss><channel><item>", "line 1")]
    [InlineData("", "line")]
    [InlineData("nothing of the sort", "line 1")]
    [InlineData("{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[", "its JSON is wrong")]
    [InlineData("{\"items\":[]}", "no JSON Feed")]
    [InlineData("<!DOCTYPE rss [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;&a;'>]><rss><channel><title>&b;</title></channel></rss>", "DTD")]
    [InlineData("<!DOCTYPE rss SYSTEM 'file:///etc/passwd'><rss/>", "DTD")]
    [InlineData("<rss><channel><title>&nbsp;</title></channel></rss>", "line 1")]
    public async Task What_is_no_feed_fails(string content, string words) => (await LookAsync(content)).Fails(TargetFailure.Malformed, words);

    [Fact]
    public async Task Feeds_that_are_deep_large_or_absent_fail()
    {
        (await LookAsync("<rss><channel>" + string.Concat(Enumerable.Repeat("<a>", 5000)))).Fails(TargetFailure.Malformed, "nests deeper than 64");
        (await LookAsync("<rss><channel><title>" + string.Concat(Enumerable.Repeat("<a>", 5000)))).Fails(TargetFailure.Malformed, "nests deeper than 64");
        (await LookAsync("{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":" + new string('[', 5000))).Fails(TargetFailure.Malformed, "JSON is wrong");
        (await LookAsync($"<rss><channel>{new string(' ', 2 * 1024 * 1024)}</channel></rss>")).Fails(TargetFailure.TooLarge, "1MiB");
        (await LookAsync("gone", 404)).Fails(TargetFailure.ReportedFailure, "answered with status 404");
        (await LookAsync("<rss><channel/></rss>", 200, ("headers", new FieldValue.TextMap([new("Authorization", "${env:KEPT_TEST_NOT_SET}")])))).IsGap(GapCause.SecretMissing, "KEPT_TEST_NOT_SET");
    }
}
