using System.Globalization;
using System.Text.RegularExpressions;
using Kept.TestKit;
using Xunit;

namespace Kept.Server.Tests;

/// <summary>Text is readable on everything it stands on: WCAG 2.2, 1.4.3 (4.5:1 for text) and 1.4.11 (3:1 for glyphs).</summary>
public class ContrastTests
{
    private static readonly string[] Grounds = ["paper", "card", "wash"];

    [Theory]
    [InlineData("light", 4.5, "ink", "quiet", "risk-ink", "broken", "unknown", "notinforce")]
    [InlineData("dark", 4.5, "ink", "quiet", "risk-ink", "broken", "unknown", "notinforce", "kept", "risk")]
    [InlineData("light", 3.0, "kept", "risk")] // glyphs; their words are written in ink
    public void Every_colour_stands_out_on_every_ground(string scheme, double least, params string[] tokens)
    {
        var css = File.ReadAllText(Path.Combine(Repository.Root, "src", "Kept.Server", "Pages", "Assets", "kept.css"));
        var roots = Regex.Matches(css, @":root \{(?<body>[^}]*)\}").Select(match => match.Groups["body"].Value).ToList();
        var colours = new Dictionary<string, string>();
        foreach (var root in scheme == "light" ? roots[..1] : roots[..2])
            foreach (Match token in Regex.Matches(root, "--(?<name>[a-z-]+): (?<colour>#[0-9a-f]{6})")) colours[token.Groups["name"].Value] = token.Groups["colour"].Value;
        foreach (var token in tokens)
            foreach (var ground in Grounds)
                Assert.True(Contrast(colours[token], colours[ground]) >= least, $"{scheme}: {token} {colours[token]} on {ground} {colours[ground]} has {Contrast(colours[token], colours[ground]):0.00}:1");
    }

    [Fact]
    public void The_measure_is_that_of_WCAG() => Assert.Equal((21.0, 4.48), (Math.Round(Contrast("#000000", "#ffffff"), 2), Math.Round(Contrast("#777777", "#ffffff"), 2)));

    private static double Contrast(string one, string other)
    {
        var (a, b) = (Luminance(one), Luminance(other));
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    private static double Luminance(string colour)
    {
        double Part(int at)
        {
            var part = int.Parse(colour.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return part <= 0.04045 ? part / 12.92 : Math.Pow((part + 0.055) / 1.055, 2.4);
        }
        return (0.2126 * Part(1)) + (0.7152 * Part(3)) + (0.0722 * Part(5));
    }
}
