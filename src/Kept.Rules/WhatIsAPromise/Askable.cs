using Kept.Model;

namespace Kept.Rules;

/// <summary>R61. What a check asks fits the file that says what may be asked.</summary>
internal static class Askable
{
    private static readonly RuleClause Unfit = new("R61", "unfit", Severity.Error, "what a check asks does not fit the file that it names");
    private static readonly RuleClause Unread = new("R61", "unread", Severity.Warning, "the file that a check names cannot be read or understood, so nothing is held against it");

    public static readonly Rule Rule = new(
        "R61", Severity.Error, "What is asked can be asked",
        "A check that names a file of what may be asked (the descriptors of a gRPC service) asks nothing else: a method that is not in it, a field that the request does not have or a value of another type is never sent, so such a "
        + "check never says anything, and the promise cannot be verified. Mend the question, or compile the file again. A file that is not there yet, or half there, is warned about. The same of a wish or an anchor is told, and takes nothing from it.",
        RuleTheme.WhatIsAPromise, RuleSource.Derived, [Unfit, Unread],
        [
            new("the server has the method too", "only a look can tell"),
            new("a value that a secret stands for fits", "secrets are read when they are used, and not before"),
        ])
    { Check = Check };

    private const int MostFiles = 256;
    private const long MostBytes = 64L << 20, Steps = 5_000_000;

    private static IEnumerable<Finding> Check(RuleContext context)
    {
        if (context.Files is not { } read) yield break;
        var files = new Dictionary<(string Folder, string Name), FileUnderstood>();
        long bytes = 0, steps = Steps;
        // files of this machine are read at the word of our own documents alone
        var checks = context.House.Promises.Where(promise => promise.Trust == DocumentOrigin.Ours).SelectMany(promise => promise.Checks.Select(check => (check, promise: (Promise?)promise)))
            .Concat(context.House.Settings.Anchors.All.Select(check => (check, promise: (Promise?)null)));
        foreach (var (check, promise) in checks)
        {
            if (check.Kind.Names is not { } named || check.Setting<FieldValue.Text>(named.Field)?.Content is not { Length: > 0 } name) continue;
            var key = (FolderOf(check.At.File.Path), name);
            if (!files.TryGetValue(key, out var file)) files[key] = file = Understood(named, check, name);
            // what is nobody's promise loses nothing by an error
            var about = promise is { IsWish: false } ? promise.Name : null;
            if (file.Holds is null) yield return Unread.At(check.PlaceOf(named.Field), $"the file `{Short(name)}` {file.Why}, so what the check asks is not held against it", "look at its path, which starts from the document; until it is there the check says nothing", about);
            else if (file.Holds(check, ref steps) is { } misfit) yield return Unfit.At(check.PlaceOf(misfit.Field), misfit.Message, misfit.Help, about);
        }

        FileUnderstood Understood(NamedFile named, Check check, string name)
        {
            if (files.Count >= MostFiles || bytes > MostBytes) return new(null, $"is beyond the {(files.Count >= MostFiles ? $"{MostFiles} files" : $"{MostBytes >> 20} MiB")} that are read at once");
            var file = read(check.At, name);
            bytes += file.Bytes.Length;
            return file.Why is { } why ? new(null, why) : named.Understand(file.Bytes);
        }
    }

    private static string FolderOf(string path) => path.LastIndexOf('/') is >= 0 and var slash ? path[..slash] : "";

    private static string Short(string name) => name.Length <= 100 ? name : name[..100] + "…";
}
