using Kept.Model;

namespace Kept.Import.Writing;

/// <summary>
/// What the files of a tool say, in our words, before it is text. What a tool watches is a wish: its file says what its user hopes for, and nobody promised it. A catalogue
/// names agents with what they say of themselves.
/// </summary>
public sealed class HouseDraft
{
    /// <summary>Told at the head of the document.</summary>
    public List<string> Comments { get; } = [];

    public List<CalendarDraft> Calendars { get; } = [];

    public List<WishDraft> Wishes { get; } = [];

    /// <summary>Agents with a document of their own.</summary>
    public List<AgentDraft> Agents { get; } = [];

    /// <summary>What became an agent, or a promise of one: as the tool calls it, where it is written, and what it is here.</summary>
    public List<(string Name, Place At, string Became)> Carried { get; } = [];

    /// <summary>Checks that became nothing.</summary>
    public List<(string Name, Place At)> NotCarried { get; } = [];
}

/// <summary>Hours with a name.</summary>
/// <param name="Name">A name of ours.</param>
/// <param name="Open">As documents write hours: <c>Mo-Fr 08:00-18:00 Europe/Brussels</c>.</param>
/// <param name="At">Where the other tool says so.</param>
public sealed record CalendarDraft(string Name, string Open, Place At)
{
    /// <summary>More lines of hours, of the same zone.</summary>
    public List<string> Further { get; } = [];

    /// <summary>Its line of the document.</summary>
    internal string Line => $"{Name}: {{ open: {(Further.Count == 0 ? DocumentText.Quoted(Open) : $"[ {string.Join(", ", Further.Prepend(Open).Select(DocumentText.Quoted))} ]")} }}";
}

/// <summary>One check of the other tool as a wish about an agent.</summary>
/// <param name="source">As the tool calls it; findings name it so.</param>
/// <param name="at">Where it is written.</param>
/// <param name="agent">Of whom it is wished: any text, made a name when written.</param>
/// <param name="name">What is wished: any text, made a name when written.</param>
public sealed class WishDraft(string source, Place at, string agent, string name)
{
    public string Source { get; } = source;
    public Place At { get; } = at;
    public string Agent { get; } = agent;
    public string Name { get; } = name;

    /// <summary>What for, in words.</summary>
    public string? Purpose { get; set; }

    /// <summary>A condition, as documents write it.</summary>
    public string? Given { get; set; }

    /// <summary>Objectives, as documents write them.</summary>
    public List<string> Needs { get; } = [];

    /// <summary>Told above it in the document.</summary>
    public List<string> Comments { get; } = [];

    public List<CheckDraft> Checks { get; } = [];
}

/// <summary>One check, as documents write it.</summary>
/// <param name="kind">A kind that the program has.</param>
/// <param name="target">As the kind takes it.</param>
public sealed class CheckDraft(string kind, string target)
{
    public string Kind { get; } = kind;
    public string Target { get; } = target;

    /// <summary>Only where a wish has several.</summary>
    public string? Name { get; set; }

    public Duration? Every { get; set; }
    public Duration? Timeout { get; set; }
    public (int Count, int Of)? Confirm { get; set; }

    /// <summary>Fields of the kind, in order.</summary>
    public List<KeyValuePair<string, string>> Fields { get; } = [];

    public void Field(string name, string value) => Fields.Add(new(name, value));

    /// <summary>Fields of the kind that hold several texts by name.</summary>
    public List<KeyValuePair<string, IReadOnlyList<KeyValuePair<string, string>>>> Maps { get; } = [];

    /// <summary>The secrets (<c>${env:NAME}</c>) that variables of the other tool became in its texts, once for each place. Only these are written.</summary>
    public List<string> Secrets { get; } = [];

    /// <summary>The reader told of each of them by itself, with how to set it.</summary>
    public bool AreSecretsTold { get; set; }

    public List<string> Expect { get; } = [];

    public List<KeyValuePair<string, string>> Measures { get; } = [];

    /// <summary>Told above its expectations.</summary>
    public List<string> Comments { get; } = [];
}
