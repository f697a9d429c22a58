using System.Globalization;
using System.Text;

namespace Kept.Import.Gatus;

/// <summary>
/// Gatus' own way through a JSON body: keys between dots, <c>[n]</c> behind a key or alone. What leads nowhere is invalid; a number or flag ends the way, whatever
/// follows it.
/// </summary>
internal static class GatusPath
{
    /// <summary>What stands there as text, and its length as <c>len()</c> counts (bytes of a text, items of a list); null where the way leads nowhere.</summary>
    public static (string Value, int Length)? Find(string path, string body)
    {
        if (path.Length == 0 && !(body.Length > 0 && body[0] == '[' && body[^1] == ']')) return (body, Bytes(body));
        return GoJson.TryRead(body, out var root) ? Walk(path, root) : null;
    }

    /// <summary>How many elements the list has that a path leads to; null where it leads to no list.</summary>
    public static int? Elements(string path, string body)
    {
        if (!GoJson.TryRead(body, out var value)) return null;
        foreach (var key in path.Length == 0 ? [] : Keys(path))
            if (value is null) return null;
            else value = Step(key, value);
        return value is object?[] items ? items.Length : null;
    }

    public static int Bytes(string text) => Encoding.UTF8.GetByteCount(text);

    private static (string, int)? Walk(string path, object? within)
    {
        while (true)
        {
            var keys = Keys(path);
            switch (Step(keys[0], within))
            {
                case SortedDictionary<string, object?> members:
                    // the first place where the key stands with a dot behind it, as Gatus takes it away
                    var prefix = path.IndexOf(keys[0] + ".", StringComparison.Ordinal);
                    if (prefix < 0)
                    {
                        var json = GoJson.Written(members);
                        return (json, Bytes(json));
                    }
                    path = path.Remove(prefix, keys[0].Length + 1);
                    within = members;
                    continue;
                case string text:
                    return keys.Count > 1 ? null : (text, Bytes(text));
                case object?[] items:
                    return (GoJson.Printed(items), items.Length);
                case null:
                    return null;
                case var value:
                    var printed = GoJson.Printed(value);
                    return (printed, Bytes(printed));
            }
        }
    }

    /// <summary>A dot inside brackets divides nothing.</summary>
    private static List<string> Keys(string path)
    {
        var keys = new List<string>();
        var (from, depth) = (0, 0);
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] == '[') depth++;
            else if (path[i] == ']') depth--;
            if (path[i] != '.' || depth != 0) continue;
            keys.Add(path[from..i]);
            from = i + 1;
        }
        keys.Add(path[from..]);
        return keys;
    }

    private static object? Step(string key, object? within)
    {
        while (key.EndsWith(']') && key.Contains('['))
        {
            var (open, close, depth, isNested, index) = (0, 0, 0, false, "");
            for (var i = 0; i < key.Length; i++)
            {
                if (key[i] == '[')
                {
                    open = i;
                    depth++;
                }
                else if (key[i] == ']' && depth == 1)
                {
                    (close, index) = (i, key[(open + 1)..i]);
                    isNested = i + 1 < key.Length && key[i + 1] == '[';
                    break;
                }
            }
            if (!int.TryParse(index, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var item)) return null;
            var list = open == 0 ? within as object?[] : within is SortedDictionary<string, object?> members && members.TryGetValue(key[..open], out var member) ? member as object?[] : null;
            // Gatus itself ends at an index below zero; nothing is there
            if (list is null || item < 0 || item >= list.Length) return null;
            if (!isNested) return list[item];
            (key, within) = (key[(close + 1)..], list[item]);
        }
        return within switch
        {
            object?[] items => items,
            SortedDictionary<string, object?> members => members.GetValueOrDefault(key),
            _ => within,
        };
    }
}
