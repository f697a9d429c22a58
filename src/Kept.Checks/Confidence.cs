using System.Globalization;
using System.Numerics;
using Kept.Egress;
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
    public int Needed
    {
        get
        {
            var (missed, whole) = (BigInteger.One, BigInteger.One);
            for (var n = 1; ; n++)
            {
                (missed, whole) = (missed * (Whole - Share), whole * Whole);
                if (IsRare(missed, whole)) return n;
            }
        }
    }

    /// <summary>
    /// Answers to read in a row where what is wrong shows only beside what is right, before it or after: the first answer may be a wrong one too. Old ones and then only new ones, however many of
    /// each, look like a change in time; so does a run of either. Both must be as unlikely as was asked for.
    /// </summary>
    public int InARow
    {
        get
        {
            var (right, wrong, whole, oldThenNew) = (BigInteger.One, BigInteger.One, BigInteger.One, BigInteger.One);
            for (var n = 1; ; n++)
            {
                var isRun = IsRare(right + wrong, whole); // all n the same: what the first is, the n − 1 after it are
                (right, wrong, whole) = (right * (Whole - Share), wrong * Share, whole * Whole);
                oldThenNew = (oldThenNew * (Whole - Share)) + wrong; // Σ pᵏ(1−p)ⁿ⁻ᵏ, one term more each time
                if (isRun && IsRare(oldThenNew, whole)) return n;
            }
        }
    }

    private bool IsRare(BigInteger numerator, BigInteger denominator) => numerator * Whole <= (Whole - Sure) * denominator;

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

    /// <summary>Of a check whose fields were read; its words say what so many answers are for.</summary>
    /// <exception cref="EgressException">They were not, which is a fault of ours.</exception>
    public static (Confidence Read, string Why) Of(Check check) => Of(check.Settings) is (var read, null, _)
        ? (read, $"to find {read.ShareWords} of wrong answers with a confidence of {read.SureWords}")
        : throw EgressException.OfUs(GapCause.Fault, $"the confidence of `{check.Name}` cannot be read");

    /// <summary>The share, as people write it.</summary>
    private string ShareWords => $"{(Share / 100m).ToString("0.##", CultureInfo.InvariantCulture)}%";

    /// <summary>The confidence, as people write it.</summary>
    private string SureWords => $"{(Sure / 100m).ToString("0.##", CultureInfo.InvariantCulture)}%";
}
