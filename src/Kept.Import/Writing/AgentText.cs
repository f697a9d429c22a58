using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Kept.Import.Writing;

/// <summary>Agents as the text of documents, one after the other in one file. Every text of another's goes in quotes, so that nothing in it can become structure.</summary>
internal sealed class AgentText
{
    private readonly StringBuilder _text = new();
    private int _line = 1;

    /// <summary>For each agent, on which line its document begins (from 1).</summary>
    private readonly List<(int Line, AgentDraft Agent)> _lines = [];

    public static (string Text, List<(int Line, AgentDraft Agent)> Lines) Of(IEnumerable<string> comments, IEnumerable<AgentDraft> agents, DateOnly until)
    {
        var text = new AgentText();
        foreach (var comment in comments) text.Comment(0, comment);
        foreach (var agent in agents) text.Agent(agent, until);
        return (text._text.ToString(), text._lines);
    }

    private void Agent(AgentDraft agent, DateOnly until)
    {
        if (_lines.Count > 0) Line(0, "---");
        _lines.Add((_line, agent));
        foreach (var comment in agent.Comments) Comment(0, comment);
        Line(0, "kept: 1");
        Line(0, "agent: " + agent.Id);
        if (agent.Title is { } title && title != agent.Id) Line(0, "name: " + DocumentText.Quoted(title));
        Line(0, "kind: " + agent.Kind);
        if (agent.Members.Count > 0) Line(0, $"members: [ {string.Join(", ", agent.Members)} ]");
        if (agent.MemberOf is { } whole) Line(0, "member-of: " + whole);
        Line(0, "until: " + until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        if (agent.Contacts.Count > 0) Line(0, "contact:");
        foreach (var (role, reach) in agent.Contacts) Line(1, $"- {{ role: {DocumentText.Quoted(role)}, reach: {DocumentText.Quoted(reach)} }}");
        if (agent.Calendars.Count > 0) Line(0, "calendars:");
        foreach (var calendar in agent.Calendars) Line(1, calendar.Line);
        if (agent.Promises.Count > 0) Line(0, "promises:");
        foreach (var promise in agent.Promises) Promise(promise);
        Accepted(agent);
    }

    private void Promise(PromiseDraft promise)
    {
        foreach (var comment in promise.Comments) Comment(1, comment);
        Line(1, promise.Name + "@1:");
        if (promise.Benefit is { } benefit) Line(2, "benefit: " + DocumentText.Quoted(benefit));
        if (promise.To.Count > 0) Line(2, $"to: [ {string.Join(", ", promise.To)} ]");
        if (promise.Docs is { } docs) Line(2, "docs: " + DocumentText.Quoted(docs));
        if (promise.Given is { } given) Line(2, "given: " + given);
        if (promise.Uses.Count > 0) Line(2, "uses: " + string.Join(" and ", promise.Uses.Select(AnyOf)));
    }

    private static string AnyOf(ImmutableArray<(string Agent, string Promise)> one)
    {
        var names = string.Join(" or ", one.Select(use => $"{use.Agent}/{use.Promise}@1"));
        return one.Length == 1 ? names : $"({names})";
    }

    /// <summary>What its promises stand on it also has to accept.</summary>
    private void Accepted(AgentDraft agent)
    {
        var used = agent.Promises.SelectMany(promise => promise.Uses).SelectMany(one => one).Where(use => use.Agent != agent.Id).Distinct().ToList();
        if (used.Count == 0) return;
        Line(0, "relies-on:");
        foreach (var of in used.GroupBy(use => use.Agent, StringComparer.Ordinal))
            Line(1, $"{of.Key}: {{ accepts: {{ {string.Join(", ", of.Select(use => use.Promise + ": { line: 1 }"))} }} }}");
    }

    private void Comment(int level, string comment) => Line(level, "# " + DocumentText.OneLine(comment));

    private void Line(int level, string text)
    {
        _text.Append(' ', 2 * level).Append(text).Append('\n');
        _line++;
    }
}
