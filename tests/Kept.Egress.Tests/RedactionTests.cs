using System.Net;
using System.Text;
using System.Text.Json;
using CsCheck;
using Xunit;

namespace Kept.Egress.Tests;

/// <summary>What targets make of a secret before they tell it back.</summary>
public sealed class RedactionTests
{
    [Fact]
    public void What_stands_inside_longer_Base64_is_hidden_at_every_offset() =>
        Gen.Select(Gen.Char['!', '~'].Array[8, 40], Gen.Char['!', '~'].Array[0, 9], Gen.Char['!', '~'].Array[0, 9]).Sample((secret, before, after) =>
        {
            var bytes = Encoding.UTF8.GetBytes(new string(secret));
            var whole = Convert.ToBase64String([.. Encoding.UTF8.GetBytes(before), .. bytes, .. Encoding.UTF8.GetBytes(after)]);
            foreach (var echo in new[] { whole, whole.Replace('+', '-').Replace('/', '_') })
            {
                var told = Secrets.Redact(echo, [new string(secret)]);
                Assert.Contains("•••", told, StringComparison.Ordinal);
                // Of the secret at most a byte and some bits at either end can be left.
                Assert.True(told.Replace("•••", "", StringComparison.Ordinal).Length <= (before.Length + after.Length + 4) * 4 / 3 + 4, $"{new string(secret)}: {echo} is told as {told}");
            }
        }, iter: 2000);

    [Theory]
    [InlineData("1234", true)]
    [InlineData("123", false)]
    [InlineData("", true)]
    public void A_secret_too_short_to_be_hidden_is_refused(string secret, bool isTaken)
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, secret + "\n");
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            if (isTaken)
            {
                Assert.Equal($"key={secret}", Secrets.Expand($"key=${{file:{file}}}"));
                return;
            }
            var refused = Assert.Throws<EgressException>(() => Secrets.Expand($"key=${{file:{file}}}"));
            Assert.Equal(Kept.Model.GapCause.SecretMissing, refused.Gap);
            Assert.Contains("fewer than 4 characters", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, refused.Message.Replace(file, "", StringComparison.Ordinal), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_whole_request_told_back_in_Base64_tells_nothing()
    {
        const string secret = "t/Zq8w7XvKp4Lm+&9";
        var told = Secrets.Redact(Convert.ToBase64String(Encoding.UTF8.GetBytes($"GET /q?key={Uri.EscapeDataString(secret)} HTTP/1.1")), [secret]);
        Assert.Contains("•••", told, StringComparison.Ordinal);
        for (var before = 0; before < 3; before++)
            Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('.', before) + "Zq8w7XvKp4Lm"))[((before * 8 + 5) / 6)..((before + 12) * 8 / 6)], told, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_Basic_credential_holds_is_as_secret_as_itself()
    {
        var credential = Convert.ToBase64String("robot:hunter-2/ü"u8);
        Assert.Equal("user ••• said ••• in •••", Secrets.Redact($"user robot:hunter-2/ü said hunter-2/ü in {credential}", [credential]));
        // Text that merely could be Base64 is no credential.
        Assert.Equal("abc", Secrets.Redact("abc", ["abcdefgh"]));
    }

    [Fact]
    public void Of_a_secret_with_several_lines_each_line_is_secret()
    {
        const string key = "-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\r\n-----END KEY-----";
        Assert.Equal("got ••• then •••", Secrets.Redact("got MIIEvQIBADANBg then kqhkiG9w0BAQEF", [key]));
    }

    [Fact]
    public void Letters_beyond_ASCII_are_known_in_JSON_of_every_language_and_in_headers()
    {
        const string secret = "p/ä\"ß&+é";
        string[] echoes =
        [
            "p/\\u00e4\\\"\\u00df&+\\u00e9", "p\\/\\u00e4\\\"\\u00df&+\\u00e9", "p/\\u00E4\\u0022\\u00DF\\u0026\\u002B\\u00E9", Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(secret)),
            JsonSerializer.Serialize(secret).Trim('"'), WebUtility.HtmlEncode(secret),
        ];
        foreach (var echo in echoes) Assert.Equal("•••", Secrets.Redact(echo, [secret]));
    }
}
