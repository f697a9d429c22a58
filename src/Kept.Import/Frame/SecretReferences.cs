using Kept.Import.Writing;

namespace Kept.Import;

/// <summary>
/// <c>${env:NAME}</c> and <c>${file:PATH}</c> in what a foreign file says. There they are plain text; in a document of ours they make this machine read a secret and
/// send it to a target that the foreign file names. So only those are written that a variable of the other tool became, and every one is told.
/// </summary>
internal static class SecretReferences
{
    /// <summary>Every reference as the program would read it: up to the first closing brace.</summary>
    public static IEnumerable<string> In(string text)
    {
        for (var at = text.IndexOf("${", StringComparison.Ordinal); at >= 0; at = text.IndexOf("${", at + 2, StringComparison.Ordinal))
            if (text.AsSpan(at + 2).StartsWith("env:") || text.AsSpan(at + 2).StartsWith("file:"))
                yield return text.IndexOf('}', at) is var close and > 0 ? text[at..(close + 1)] : text[at..];
    }

    /// <summary>Takes out every wish that would read a secret that no variable asked for, and tells of the others what they read.</summary>
    public static void Hold(HouseDraft draft, HashSet<WishDraft> refused, Losses losses)
    {
        foreach (var wish in draft.Wishes)
            if (wish.Checks.SelectMany(Uncalled).FirstOrDefault() is { } uncalled)
            {
                refused.Add(wish);
                losses.Lost(wish.At, wish.Source, $"`{Losses.Short(uncalled)}` is plain text there; here this machine would read a secret in its place and send it to the target",
                    "leave it out and import again; if the target may have that secret, write it into the document by hand");
            }
            else
                foreach (var read in wish.Checks.Where(check => !check.AreSecretsTold).SelectMany(check => check.Secrets).Distinct(StringComparer.Ordinal))
                    losses.Changed(wish.At, wish.Source, $"every look reads `{Losses.Short(read)}` on the machine where Kept runs, and sends it to the target", "set it there, or take it out of the document");
    }

    /// <summary>References beyond those that variables became: each of these accounts for one.</summary>
    private static List<string> Uncalled(CheckDraft check)
    {
        var found = check.Fields.Select(field => field.Value).Concat(check.Maps.SelectMany(map => map.Value).SelectMany(pair => new[] { pair.Key, pair.Value })).Append(check.Target).SelectMany(In).ToList();
        foreach (var called in check.Secrets) found.Remove(called);
        return found;
    }
}
