using Kept.Import.Writing;
using Kept.Model;

namespace Kept.Import;

/// <summary>
/// Other tools send passwords and tokens without TLS and say nothing. A document of ours has to allow that, so it does, and it is told of every check.
/// </summary>
internal static class SentInClear
{
    private const string Allows = "in-clear";

    public static void Allow(HouseDraft draft, ImportRequest request, Losses losses)
    {
        foreach (var wish in draft.Wishes)
            foreach (var check in wish.Checks)
                if (request.Kinds.FirstOrDefault(kind => kind.Name == check.Kind) is { Settles: { } settles } kind && kind.Field(Allows) is not null && kind.ReadTarget(check.Target).Target is { } target
                    && Settings(check) is var settings && settles(target, settings).Error is { } error)
                {
                    settings[Allows] = new FieldValue.YesNo(true);
                    if (settles(target, settings).Target is null) continue; // wrong in another way, which is told when it is read
                    check.Field(Allows, "yes");
                    losses.Changed(wish.At, wish.Source, error, $"let it answer over TLS, and take `{Allows}: yes` out of the document");
                }
    }

    private static Dictionary<string, FieldValue> Settings(CheckDraft check)
    {
        var settings = new Dictionary<string, FieldValue>(StringComparer.Ordinal);
        foreach (var (name, value) in check.Fields) settings[name] = name == "over-tls" ? new FieldValue.YesNo(value == "yes") : new FieldValue.Text(value);
        foreach (var (name, map) in check.Maps) settings[name] = new FieldValue.TextMap([.. map]);
        return settings;
    }
}
