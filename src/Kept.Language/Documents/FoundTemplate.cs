using System.Text;
using System.Text.RegularExpressions;
using Kept.Language.Yaml;

namespace Kept.Language.Documents;

/// <summary>
/// A wish or a promise with <c>${LABEL}</c> in some of its texts: what it is for, the version of a promise, the targets of its checks, and the values of their headers. Nowhere else, because
/// everything else is the language.
/// </summary>
internal sealed partial class FoundTemplate(Reading reading, YamlMap template, ScalarText? name, bool isWish)
{
    private const int LongestName = 100;

    /// <summary>What may stand in a text that is filled.</summary>
    private enum Slot { None, Words, Header, Target }

    /// <summary>Whether labels stand only where they may, and no secret would be sent to whatever is found.</summary>
    public bool Check(Problems problems)
    {
        var good = true;
        Walk(template, (scalar, slot) =>
        {
            if (NamesSecret(scalar.Text))
            {
                problems.Error(Codes.FoundTemplate, scalar.Content.At, "a secret would be sent to whatever is found", isWish ? "write a wish of its own, under `wishes:`, about who may have that secret" : "write a promise of its own, under `promises:`, about what may have that secret");
                good = false;
            }
            else if (Opens(Label().Replace(scalar.Text, "_")) != Opens(Label().Replace(scalar.Text, "__")))
            {
                problems.Error(Codes.FoundTemplate, scalar.Content.At, $"a label stands inside of another `${{…}}` in `{YamlReader.Short(scalar.Text)}`: what was found would choose what is put in", "write the label beside it");
                good = false;
            }
            else if (slot == Slot.None && Label().IsMatch(scalar.Text))
            {
                problems.Error(Codes.FoundTemplate, scalar.Content.At, $"`{YamlReader.Short(scalar.Text)}` would make what was found a part of the language", isWish ? "labels stand in `purpose`, in the target of a check and in the values of its `headers`" : "labels stand in `benefit`, in `version`, in the target of a check and in the values of its `headers`");
                good = false;
            }
            return scalar;
        });
        if (name is { } own && !Label().IsMatch(own.Text))
        {
            problems.Error(Codes.FoundTemplate, own.At, "every target would have the same name", "write a label into it: name: 'web-${instance}'");
            good = false;
        }
        return good;
    }

    /// <summary>Whether a text sends what only its name may stand in a document for.</summary>
    public static bool NamesSecret(string text) => text.Contains("${env:", StringComparison.Ordinal) || text.Contains("${file:", StringComparison.Ordinal);

    /// <summary>The labels that stand in a text.</summary>
    public static IEnumerable<string> LabelsOf(string text) => Label().Matches(text).Select(match => match.Groups["label"].Value);

    /// <summary>The template with its labels filled in; null where one is missing or holds what may not stand there.</summary>
    /// <param name="value">The value of a label; null where it has none.</param>
    /// <param name="why">What is wrong, as the end of a sentence about the target.</param>
    public YamlMap? Fill(Func<string, string?> value, out string? why)
    {
        string? wrong = null;
        var filled = Walk(template, (scalar, slot) =>
        {
            if (slot == Slot.None || !scalar.Text.Contains("${", StringComparison.Ordinal)) return scalar;
            var text = Label().Replace(scalar.Text, match =>
            {
                var label = match.Groups["label"].Value;
                var found = value(label);
                if (found is null) wrong ??= $"has no label `{label}`";
                else if (!Fits(found, slot)) wrong ??= $"has a value of `{label}` that may not stand there: {(slot == Slot.Target ? "a blank, " : "")}a control character or `${{`";
                return found ?? "";
            });
            if (wrong is null && Opens(text) != Opens(Label().Replace(scalar.Text, "_"))) wrong = "gives together with what stands beside it a `${`, which may not stand there";
            // quoted: whatever was found is a text, and never nothing
            return new YamlScalar(scalar.At, text, ScalarForm.SingleQuoted, new ScalarText(text, scalar.Content.At, Verbatim: false));
        });
        why = wrong;
        return wrong is null ? filled : null;
    }

    /// <summary>The name that a target gets: as names are written, a hyphen for everything that stands in none. Null where nothing is left.</summary>
    public string? NameOf(Func<string, string?> value)
    {
        var missing = false;
        var text = Label().Replace(name?.Text ?? "${__address__}", match =>
        {
            var found = value(match.Groups["label"].Value);
            missing |= found is null;
            return found ?? "";
        });
        if (missing) return null;
        var made = new StringBuilder();
        foreach (var c in text.ToLowerInvariant())
            if (char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '.' && made.Length > 0) made.Append(c);
            else if (made.Length > 0 && made[^1] != '-') made.Append('-');
        var trimmed = made.ToString().Trim('-', '.');
        // a name that was cut could be another's
        return trimmed.Length is > 0 and <= LongestName ? trimmed : null;
    }

    /// <summary>The marks of what is put in later (<c>${login.token}</c>), one after the other: what was found may neither make one nor stand in one.</summary>
    private static string Opens(string text)
    {
        var marks = new StringBuilder();
        for (var at = text.IndexOf("${", StringComparison.Ordinal); at >= 0; at = text.IndexOf("${", at + 2, StringComparison.Ordinal))
            marks.Append(text, at, (text.IndexOf('}', at) is var end && end < 0 ? text.Length : end + 1) - at);
        return marks.ToString();
    }

    private static bool Fits(string text, Slot slot)
    {
        if (text.Contains("${", StringComparison.Ordinal)) return false;
        foreach (var c in text)
            if (char.IsControl(c) || slot == Slot.Target && (char.IsWhiteSpace(c) || c == '\u2028' || c == '\u2029'))
                return false;
        return slot != Slot.Target || text.Length > 0;
    }

    private YamlMap Walk(YamlMap root, Func<YamlScalar, Slot, YamlScalar> at) => Mapped(root, (key, value) => key switch
    {
        "purpose" when isWish => Texts(value, Slot.Words, at),
        "benefit" or "version" when !isWish => Texts(value, Slot.Words, at),
        "check" => Checks(value, at),
        _ => Texts(value, Slot.None, at),
    });

    private YamlNode Checks(YamlNode node, Func<YamlScalar, Slot, YamlScalar> at) => node switch
    {
        YamlList list => new YamlList(list.At, list.IsFlow, [.. list.Items.Select(item => Checks(item, at))]),
        YamlMap check => Mapped(check, (key, value) => key switch
        {
            "first" => Checks(value, at),
            "headers" => value is YamlMap headers ? Mapped(headers, (_, header) => Texts(header, Slot.Header, at)) : Texts(value, Slot.None, at),
            _ => Texts(value, reading.Tables.Kinds.Any(kind => kind.Name == key) ? Slot.Target : Slot.None, at),
        }),
        _ => Texts(node, Slot.None, at),
    };

    private static YamlNode Texts(YamlNode node, Slot slot, Func<YamlScalar, Slot, YamlScalar> at) => node switch
    {
        YamlScalar scalar => at(scalar, slot),
        YamlList list => new YamlList(list.At, list.IsFlow, [.. list.Items.Select(item => Texts(item, Slot.None, at))]),
        YamlMap map => Mapped(map, (_, value) => Texts(value, Slot.None, at)),
        _ => node,
    };

    private static YamlMap Mapped(YamlMap map, Func<string, YamlNode, YamlNode> value) => new(map.At, map.IsFlow, [.. map.Entries.Select(entry => entry with { Value = value(entry.Key.Text, entry.Value) })]);

    [GeneratedRegex(@"\$\{(?<label>[a-zA-Z_][a-zA-Z0-9_]*)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Label();
}
