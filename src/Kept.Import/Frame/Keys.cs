using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import;

/// <summary>
/// One mapping of a foreign file while it is read: a key that was asked for is known, and what was never asked for is told in the end. A reader asks for every key
/// that the tool knows, so that nothing is passed over in silence.
/// </summary>
public sealed class Keys
{
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly Losses _losses;

    public Keys(ForeignNode.Map map, string subject, Losses losses) => (Map, Subject, _losses) = (map, subject, losses);

    public ForeignNode.Map Map { get; }

    /// <summary>What findings about it name.</summary>
    public string Subject { get; set; }

    /// <summary>The value; null where the key is not written, or written without a value.</summary>
    public ForeignNode? Node(string key)
    {
        _known.Add(key);
        return Map[key] is { } node and not ForeignNode.Text { IsNothing: true } ? node : null;
    }

    /// <summary>Where the key stands; the whole mapping where it does not.</summary>
    public Place At(string key) => Map.Key(key)?.At ?? Map.At;

    /// <summary>A text; anything else there is told as lost.</summary>
    public ForeignNode.Text? Text(string key) => Of<ForeignNode.Text>(key, "a text");

    public ForeignNode.List? List(string key) => Of<ForeignNode.List>(key, "a list");

    public ForeignNode.Map? Mapping(string key) => Of<ForeignNode.Map>(key, "a mapping");

    /// <summary>The mapping under a key, to be read the same way.</summary>
    public Keys? Inner(string key) => Mapping(key) is { } map ? new Keys(map, Subject, _losses) : null;

    /// <summary>Each mapping of a list; what is none is told as lost.</summary>
    public IEnumerable<Keys> Items(string key)
    {
        if (List(key) is not { } list) yield break;
        foreach (var item in list.Items)
            if (item is ForeignNode.Map map) yield return new Keys(map, Subject, _losses);
            else if (item is not ForeignNode.Text { IsNothing: true }) _losses.Lost(item.At, Subject, $"{item.Form} stands where a mapping is due, in `{key}`");
    }

    /// <summary>Yes or no as YAML 1.1 and Go write it; null where it is not written.</summary>
    public bool? Flag(string key)
    {
        if (Text(key) is not { } text) return null;
        switch (text.Content.ToLowerInvariant())
        {
            case "true" or "yes" or "on" or "y": return true;
            case "false" or "no" or "off" or "n": return false;
            default:
                _losses.Lost(text.At, Subject, $"`{key}` takes true or false, not `{Losses.Short(text.Content)}`");
                return null;
        }
    }

    /// <summary>Tells that a key that is known to the tool has no counterpart here.</summary>
    public void Lost(string key, string message, string? instead = null)
    {
        if (Node(key) is not null) _losses.Lost(At(key), Subject, message, instead);
    }

    /// <summary>Known to the tool and of no meaning here: looks, colours, storage.</summary>
    public void Pass(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys) _known.Add(key);
    }

    /// <summary>Tells every key that nothing asked for.</summary>
    /// <param name="explain">For keys that have a place elsewhere: what to write instead; null where there is nothing special to say.</param>
    /// <param name="effect">What the tool does about such a key.</param>
    public void TellUnknown(Func<string, string?>? explain = null, string effect = "is ignored in silence")
    {
        foreach (var (key, _) in Map.Entries)
            if (!_known.Contains(key.Content))
                _losses.UnknownKey(key.At, Subject, key.Content, _known, explain?.Invoke(key.Content), effect);
    }

    private T? Of<T>(string key, string form) where T : ForeignNode
    {
        var node = Node(key);
        if (node is T found) return found;
        if (node is not null) _losses.Lost(node.At, Subject, $"`{key}` is {node.Form}, and {form} is due");
        return null;
    }
}
