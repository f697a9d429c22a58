namespace Kept.Model;

/// <summary>A failure that a check knowingly lets pass: who wrote it has seen the gap and says why it stays. It is no term of a promise, and changes no look and no verdict.</summary>
/// <param name="What">The failure: its name in the kind (<c>certificate-expiring</c>), which stands for all its forms, or its words as <c>kept check</c> prints them, which stand for one.</param>
/// <param name="Because">Why it is accepted.</param>
/// <param name="Until">From then on it counts as missed again; null where it does not end.</param>
/// <param name="At">Where it is written.</param>
public sealed record KnownMiss(string What, string Because, Instant? Until, Place At)
{
    /// <summary>Most that one check may accept.</summary>
    public const int Most = 40;

    /// <summary>Whether it speaks of a failure; the marks around what is code in words need not be written.</summary>
    /// <param name="failure">Of the kind.</param>
    /// <param name="words">What exactly would pass, as it is printed.</param>
    public bool Means(Failure failure, string words) => What == failure.Name || IsSame(failure.Means) || IsSame(words);

    private bool IsSame(string words) => string.Equals(Bare(What), Bare(words), StringComparison.OrdinalIgnoreCase);

    private static string Bare(string words) => words.Replace("`", "", StringComparison.Ordinal).Trim();
}
