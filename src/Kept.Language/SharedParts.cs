using System.Collections.Concurrent;
using Kept.Model;

namespace Kept.Language;

/// <summary>Parts that many promises of a house have alike, each once: of 100,000 promises, most have the same limits and ways of failing. Only parts without a place.</summary>
internal sealed class SharedParts
{
    private readonly ConcurrentDictionary<object, object> _parts = [];

    /// <summary>One of all that are equal by content.</summary>
    public T Share<T>(T part) where T : notnull => One(part, part);

    /// <summary>One of all limits that are written alike: 60/m is as much as 1/s and says it otherwise, and each promise keeps its own words.</summary>
    public Limits Share(Limits limits) => limits.Others.IsDefaultOrEmpty ? One(limits.ToString(), limits) : limits;

    private T One<T>(object key, T part) where T : notnull => (T)_parts.GetOrAdd(key, part);
}
