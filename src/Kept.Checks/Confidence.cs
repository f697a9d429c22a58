using System.Globalization;
using System.Numerics;
using Kept.Model;

namespace Kept.Checks;

/// <summary>
/// How many questions it takes to find what happens only now and then: with a share <i>p</i> of answers that are wrong, <i>n</i> questions all miss them with probability (1−p)ⁿ, so
/// n ≥ ln(1 − confidence) / ln(1 − p). Whole numbers throughout: no rounding decides how many are enough.
/// </summary>
/// <param name="Sure">The confidence, as a share of 10,000.</param>
/// <param name="Share">The least share of wrong answers that is to be found, of 10,000.</param>
internal readonly record struct Confidence(int Sure, int Share)
{
    private const int Whole = 10_000;

    public static readonly CheckField SureField = new("confidence", FieldForm.Text, "how sure it must be that nothing was missed, at least 50% and at most 99.9%; with fewer answers than that takes, nothing is known", "95%");
    public static readonly CheckField ShareField = new("share", FieldForm.Text, "the least share of wrong answers that is to be found so surely, 1% to 50%", "10%");

    /// <summary>Questions of which one at least shows it, with that confidence: the least n with (1−p)ⁿ ≤ 1 − confidence.</summary>
    public int Needed => Least(static (good, bad, n) => BigInteger.Pow(good, n), static n => n);

    /// <summary>
    /// Answers to read in a row where what is wrong shows only beside what is right, before it or after: the first answer may be a wrong one too. An order of old ones and then only new ones, of
    /// any lengths, looks like a change in time; so may one run of either. Both must be as unlikely as was asked for.
    /// </summary>
    public int InARow
    {
        get
        {
            var anyOrder = Least(static (good, bad, n) => Sum(good, bad, n), static n => n);
            var run = Least(static (good, bad, n) => n == 0 ? 2 : BigInteger.Pow(good, n - 1) + BigInteger.Pow(bad, n - 1), static n => Math.Max(0, n - 1));
            return Math.Max(anyOrder, run);
        }
    }

    private static BigInteger Sum(BigInteger good, BigInteger bad, int n)
    {
        var sum = BigInteger.Zero;
        for (var k = 0; k <= n; k++) sum += BigInteger.Pow(bad, k) * BigInteger.Pow(good, n - k);
        return sum;
    }

    private int Least(Func<BigInteger, BigInteger, int, BigInteger> missed, Func<int, int> degree)
    {
        for (var n = 1; ; n++)
            if (missed(Whole - Share, Share, n) * Whole <= (Whole - Sure) * BigInteger.Pow(Whole, degree(n)))
                return n;
    }

    /// <summary>Reads both fields; or what is wrong with them, and what to write.</summary>
    public static (Confidence Read, string? Error, string? Help) Of(IReadOnlyDictionary<string, FieldValue> fields)
    {
        string Text(CheckField field) => (fields.GetValueOrDefault(field.Name) as FieldValue.Text)?.Content is { Length: > 0 } text ? text : field.Default!;
        if (Parts(Text(SureField)) is not (>= 5_000 and <= 9_990 and var sure)) return (default, $"'{Text(SureField)}' is no confidence that can be had", "write confidence: 95%, at least 50% and at most 99.9%");
        if (Parts(Text(ShareField)) is not (>= 100 and <= 5_000 and var share)) return (default, $"'{Text(ShareField)}' is no share that can be looked for", "write share: 10%, at least 1% and at most 50%");
        return (new Confidence(sure, share), null, null);
    }

    private static int? Parts(string text) =>
        text.Length is > 1 and < 9 && text[^1] == '%' && decimal.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent <= 100 && percent * 100 % 1 == 0 ? (int)(percent * 100) : null;

    /// <summary>The share, as people write it.</summary>
    public string ShareWords => $"{(Share / 100m).ToString("0.##", CultureInfo.InvariantCulture)}%";

    /// <summary>The confidence, as people write it.</summary>
    public string SureWords => $"{(Sure / 100m).ToString("0.##", CultureInfo.InvariantCulture)}%";
}
