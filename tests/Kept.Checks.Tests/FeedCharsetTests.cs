using System.Text;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

/// <summary>The kind <c>feed</c> in all sorts of charsets, named rightly, wrongly, or not at all.</summary>
public sealed class FeedCharsetTests
{
    private static Encoding Of(string name) => CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);

    private static async Task<Observation> LookAsync(byte[] content, string? type, string kind = "feed")
    {
        await using var peer = ScriptedPeer.Tcp(ScriptedPeer.Answering([.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\n{(type is null ? "" : $"Content-Type: {type}\r\n")}Content-Length: {content.Length}\r\n\r\n"), .. content]));
        return await Looking.LookAsync(kind, peer.Url + "/feed", Duration.Seconds(5));
    }

    private static string Rss(string title, string? declares = null) => $"{(declares is null ? "" : $"<?xml version=\"1.0\" encoding=\"{declares}\"?>")}<rss><channel><title>{title}</title><item><title>x</title></item></channel></rss>";

    [Theory]
    [InlineData("windows-1251", null, "windows-1251", "Привет")]
    [InlineData("windows-1251", "text/xml; charset=windows-1251", null, "Привет")]
    [InlineData("windows-1251", "text/xml; charset=\"Windows-1251\"", "windows-1251", "Привет")]
    [InlineData("windows-1252", "application/rss+xml", "windows-1252", "“5 €”")]
    [InlineData("iso-8859-1", "text/xml; charset=latin1", "ISO-8859-1", "Señor")]
    [InlineData("iso-8859-15", null, "iso-8859-15", "5 €")]
    [InlineData("koi8-r", null, "KOI8-R", "Привет")]
    [InlineData("shift_jis", null, "Shift_JIS", "日本")]
    [InlineData("euc-jp", "text/xml; charset=euc-jp", null, "日本")]
    [InlineData("gb18030", null, "gb18030", "中文")]
    [InlineData("big5", null, "big5", "中文")]
    [InlineData("utf-8", "text/xml; charset=utf8", null, "é中")]
    [InlineData("utf-8", "text/xml; charset=utf-8", "UTF-8", "é中")]
    [InlineData("utf-8", "text/xml", null, "é中")]
    [InlineData("utf-8", null, null, "é中")]
    [InlineData("utf-16le", null, "utf-16", "é中")]
    [InlineData("utf-16be", null, "utf-16", "é中")]
    [InlineData("utf-16be", "text/xml; charset=utf-16", "utf-16", "é中")]
    [InlineData("utf-16le", null, null, "é中")]
    [InlineData("us-ascii", "text/xml; charset=iso-8859-1", "utf-8", "plain")] // both make the same text of it
    public async Task A_title_is_read_in_the_charset_that_is_named(string written, string? type, string? declares, string title)
    {
        var seen = await LookAsync(Of(written).GetBytes(Rss(title, declares)), type);
        seen.Answers();
        Assert.Equal(title, seen.Text("feed", "title"));
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16le")]
    [InlineData("utf-16be")]
    [InlineData("utf-32")]
    public async Task A_byte_order_mark_comes_before_all_that_is_said(string written)
    {
        var encoding = Of(written);
        var seen = await LookAsync([.. encoding.GetPreamble(), .. encoding.GetBytes(Rss("é中", "iso-8859-1"))], "text/xml; charset=windows-1251");
        seen.Answers();
        Assert.Equal("é中", seen.Text("feed", "title"));
        var json = await LookAsync([.. encoding.GetPreamble(), .. encoding.GetBytes("""{"version":"https://jsonfeed.org/version/1.1","title":"é中","items":[]}""")], null);
        json.Answers();
        Assert.Equal("é中", json.Text("feed", "title"));
    }

    [Theory]
    [InlineData("windows-1251", null, null, "Привет", "no text in utf-8, the charset of a feed that names none")]
    [InlineData("windows-1251", "text/xml; charset=utf-8", "windows-1251", "Привет", "no text in utf-8, the charset of its header")]
    [InlineData("utf-8", "text/xml; charset=iso-8859-1", "utf-8", "é中", "its header says that it is in iso-8859-1 and it itself says utf-8")]
    [InlineData("windows-1251", "text/xml; charset=koi8-r", "windows-1251", "Привет", "which make different texts of it")]
    [InlineData("utf-8", "text/xml; charset=us-ascii", null, "é", "no text in us-ascii")]
    [InlineData("utf-8", null, "us-ascii", "é", "no text in us-ascii, the charset of it itself")]
    [InlineData("utf-8", null, "utf-16", "é", "says that it is in utf-16, and is not")]
    [InlineData("utf-8", null, "utf-32", "é", "says that it is in utf-32, and is not")]
    [InlineData("utf-8", "text/xml; charset=utf-16", null, "abc", "utf-16")]
    [InlineData("utf-8", null, "klingon-8", "abc", "names a charset that we do not know, klingon-8")]
    [InlineData("utf-8", "text/xml; charset=klingon-8", "utf-8", "abc", "its header names a charset that we do not know, klingon-8")]
    [InlineData("utf-8", null, "utf-7", "abc", "do not know, utf-7")]
    [InlineData("utf-8", "text/xml; charset=windows 1251", null, "abc", "in a way that nobody can read")]
    public async Task What_is_named_wrongly_is_never_judged(string written, string? type, string? declares, string title, string words) =>
        (await LookAsync(Of(written).GetBytes(Rss(title, declares)), type)).Fails(TargetFailure.Malformed, words);

    [Fact]
    public async Task JSON_is_UTF_8_whatever_its_header_says()
    {
        byte[] Feed(Encoding encoding, string title) => encoding.GetBytes($$"""{"version":"https://jsonfeed.org/version/1.1","title":"{{title}}","items":[]}""");
        (await LookAsync(Feed(Encoding.UTF8, "abc"), "application/json; charset=iso-8859-1")).Answers();
        (await LookAsync(Feed(Encoding.UTF8, "é"), "application/json; charset=iso-8859-1")).Fails(TargetFailure.Malformed, "it itself says utf-8");
        (await LookAsync(Feed(Encoding.Latin1, "é"), "application/json; charset=iso-8859-1")).Fails(TargetFailure.Malformed, "no text in utf-8");
        (await LookAsync(Feed(Encoding.Latin1, "é"), null)).Fails(TargetFailure.Malformed, "no text in utf-8");
    }

    [Fact]
    public void No_bytes_make_a_fault_of_ours()
    {
        var random = new Random(5);
        string?[] names = [null, "utf-8", "utf-16", "utf-16be", "utf-32", "iso-2022-jp", "iso-2022-kr", "hz-gb-2312", "gb18030", "ibm037", "x-user-defined", "", "\"", "65001", "x-chinese-cns", "x-iscii-de"];
        string[] heads = ["", "<?xml version='1.0' encoding='iso-2022-jp'?>", "<?xml encoding=", "<?xml version='1.0' encoding='gb18030'?><rss>", "{", "<\0r\0", "\0<\0r", "\u00ff\u00fe", "\u00fe\u00ff", "\u00ef\u00bb\u00bf<rss>"];
        for (var i = 0; i < 4000; i++)
        {
            var noise = new byte[random.Next(0, 300)];
            random.NextBytes(noise);
            byte[] body = [.. Encoding.Latin1.GetBytes(heads[i % heads.Length]), .. noise];
            try
            {
                Feed.FeedText.Read(body, names[random.Next(names.Length)]);
            }
            catch (FormatException)
            {
                // told
            }
        }
    }

    [Theory]
    [InlineData("windows-1252", "“5 €”")]
    [InlineData("iso-8859-1", "Señor")]
    [InlineData("koi8-r", "Привет")]
    [InlineData("shift_jis", "日本")]
    [InlineData("utf-16le", "é中")]
    [InlineData("utf-8", "é中")]
    public async Task An_answer_over_HTTP_is_read_in_the_charset_of_its_header(string charset, string text) =>
        Assert.Equal(text, (await LookAsync(Of(charset).GetBytes(text), $"text/plain; charset={charset}", "http")).Text("http", "body"));
}
