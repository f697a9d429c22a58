using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Import.Writing;

/// <summary>
/// An agent that a catalogue or a status page names, as a document of its own. What stands there was said by its owner about itself, and no look has borne it out:
/// nothing here has a check, so nothing here can read kept.
/// </summary>
/// <param name="source">As the other tool calls it; findings name it so.</param>
/// <param name="at">Where it is written.</param>
/// <param name="id">Its id, unique in the house.</param>
public sealed class AgentDraft(string source, Place at, string id)
{
    public string Source { get; } = source;
    public Place At { get; } = at;
    public string Id { get; } = id;

    /// <summary>Shown to people, where it says more than the id.</summary>
    public string? Title { get; set; }

    /// <summary>As documents write it: <c>service</c>, <c>super-agent</c>.</summary>
    public string Kind { get; set; } = "service";

    /// <summary>Ids of its members; each has this agent as <see cref="MemberOf"/>.</summary>
    public List<string> Members { get; } = [];

    public string? MemberOf { get; set; }

    /// <summary>Who answers, and where.</summary>
    public List<(string Role, string Reach)> Contacts { get; } = [];

    /// <summary>Told at its head.</summary>
    public List<string> Comments { get; } = [];

    public List<CalendarDraft> Calendars { get; } = [];

    public List<PromiseDraft> Promises { get; } = [];
}

/// <summary>What an agent says it gives.</summary>
/// <param name="name">A name without its line, unique in its agent.</param>
public sealed class PromiseDraft(string name)
{
    public string Name { get; } = name;

    /// <summary>What the promisee gains, in the other tool's words.</summary>
    public string? Benefit { get; set; }

    public List<string> To { get; } = [];

    /// <summary>Where it stands in words.</summary>
    public string? Docs { get; set; }

    /// <summary>A condition, as documents write it.</summary>
    public string? Given { get; set; }

    /// <summary>What it stands on, all of it; each by one of the promises named.</summary>
    public List<ImmutableArray<(string Agent, string Promise)>> Uses { get; } = [];

    /// <summary>Told above it.</summary>
    public List<string> Comments { get; } = [];
}
