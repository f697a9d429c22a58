using System.Collections.Concurrent;
using System.Collections.Frozen;
using Kept.Model;

namespace Kept.Language.Documents;

/// <summary>What the words of one agent's document mean: its own quantities before the built-in ones.</summary>
internal sealed class AgentScope(string agent, Dictionary<string, QuantityType> types, ConcurrentDictionary<CheckKind, FrozenDictionary<string, FieldValue>> defaultSettings)
{
    public string Agent { get; } = agent;

    public IReadOnlyDictionary<string, QuantityType> Types { get; } = types;

    /// <summary>The calendars of the document, known before its promises are read.</summary>
    public System.Collections.Immutable.ImmutableArray<Calendar> Calendars { get; set; } = [];

    public IEnumerable<string> QuantityNames => Types.Keys.Concat(TypeReader.BuiltInNames);

    public QuantityType? Quantity(string name) => Types.TryGetValue(name, out var own) ? own : TypeReader.OfName(name);

    /// <summary>The settings of a check that writes none of its kind's fields: one for all of the house.</summary>
    public FrozenDictionary<string, FieldValue> DefaultSettings(CheckKind kind, Dictionary<string, FieldValue> settings) =>
        defaultSettings.TryGetValue(kind, out var shared) ? shared : defaultSettings.GetOrAdd(kind, settings.ToFrozenDictionary(StringComparer.Ordinal));
}
