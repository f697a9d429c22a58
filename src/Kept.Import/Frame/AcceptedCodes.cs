using System.Globalization;

namespace Kept.Import;

/// <summary>The accepted codes of an answer: <c>200-299</c>, <c>404</c>.</summary>
/// <param name="Expectation">As an expectation; null where no code can be accepted.</param>
/// <param name="Wrong">What is no range, and accepts nothing.</param>
/// <param name="Accepts500">An error of the server is accepted.</param>
/// <param name="WithoutErrors">The same without the errors of the server that a whole range of codes brings along; null where nothing is left.</param>
internal sealed record AcceptedCodes(string? Expectation, IReadOnlyList<string> Wrong, bool Accepts500, string? WithoutErrors)
{
    /// <summary>More ranges than there are codes are no configuration.</summary>
    private const int Most = 64;

    public static AcceptedCodes Of(IReadOnlyList<string> written)
    {
        var (ranges, wrong) = (new List<(int From, int To)>(), new List<string>());
        foreach (var text in written.Take(Most))
            if (Range(text) is { } range) ranges.Add(range);
            else wrong.Add(text);
        return new(Said(ranges), wrong, ranges.Exists(range => range is { From: <= 500, To: >= 500 }),
            Said([.. ranges.Where(range => range.From < 500 || range.From == range.To).Select(range => range.From == range.To ? range : (range.From, Math.Min(range.To, 499)))]));
    }

    private static string? Said(List<(int From, int To)> ranges)
    {
        var codes = ranges.Where(range => range.From == range.To).Select(range => N(range.From)).Distinct().ToList();
        var said = ranges.Where(range => range.From < range.To).Distinct().Select(range => $"status in {N(range.From)}..{N(range.To)}").ToList();
        if (codes.Count == 1) said.Add($"status == {codes[0]}");
        else if (codes.Count > 1) said.Add($"status in [{string.Join(", ", codes)}]");
        return said.Count == 0 ? null : string.Join(" or ", said);
    }

    private static (int, int)? Range(string text)
    {
        var parts = text.Split('-');
        return parts.Length is 1 or 2 && Code(parts[0]) is { } from && Code(parts[^1]) is { } to && from <= to ? (from, to) : null;
    }

    private static int? Code(string text) => int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code is >= 100 and <= 999 ? code : null;

    private static string N(int code) => code.ToString(CultureInfo.InvariantCulture);
}
