using System.Globalization;

namespace Kept.Judging;

/// <summary>Figures of verdicts in words.</summary>
internal static class VerdictWords
{
    /// <summary>A share in percent, cut after three digits: 99.4999 % never reads as 99.5 %.</summary>
    public static string Percent(long part, long whole)
    {
        if (whole <= 0) return "0 %";
        var thousandths = (Int128)part * 100_000 / whole;
        return ((decimal)thousandths / 1000).ToString("0.###", CultureInfo.InvariantCulture) + " %";
    }

    public static string Percent(decimal share) => (share * 100).ToString("0.######", CultureInfo.InvariantCulture) + " %";

    public static string Figure(long count) => count < 1000 ? count.ToString(CultureInfo.InvariantCulture) : count.ToString("N0", CultureInfo.InvariantCulture);

    public static string Plural(long count, string one) => count == 1 ? "1 " + one : Figure(count) + " " + one + "s";
}
