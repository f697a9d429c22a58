using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Language.Documents;

/// <summary>Reads <c>relies-on</c>: what is accepted of agents that promise, and what is wished of those that do not.</summary>
internal sealed class RelianceReader(Reading reading, AgentScope scope, PromiseReader promises, Func<string, IReadOnlyDictionary<string, QuantityType>?> typesOf, Found.TargetLists targets)
{
    private readonly Problems _problems = reading.Problems;

    public ImmutableArray<Reliance> Read(Written document)
    {
        var reliances = ImmutableArray.CreateBuilder<Reliance>();
        foreach (var (key, value) in document.Pairs("relies-on"))
        {
            if (Written.Of(reading.Tables.Reliance, value, reading, key.At) is not { } written) continue;
            var agent = FieldValues.Name(written.Scalar("agent") ?? key.Content, "an agent", _problems);
            var reliance = One(agent ?? "unnamed", written);
            if (agent is null) continue;
            if (agent == scope.Agent)
                _problems.Error(Codes.Relation, key.At, "an agent does not rely on itself", "own promises are used by name alone");
            else if (reliances.FirstOrDefault(other => other.Agent == agent) is { } same)
                _problems.Error(Codes.Relation, key.At, $"`{agent}` stands twice under `relies-on`; the first is in line {same.At.Line}", "put both into one entry");
            else reliances.Add(reliance);
        }
        return reliances.ToImmutable();
    }

    private Reliance One(string agent, Written written)
    {
        var document = written.Scalar("document") is { } url ? FieldValues.Url(url, _problems) : null;
        var accepts = Accepts(agent, written);
        if (written.Has("accepts") && accepts.IsEmpty && !written.Has("document")) TellNowhere(agent, written.PlaceOf("accepts"), _problems);
        if ((written.Has("wishes") || written.Has("found")) && written.Has("document"))
            _problems.Error(Codes.Relation, written.PlaceOf(written.Has("wishes") ? "wishes" : "found"), $"`{agent}` promises in a document, so there is nothing to wish", "accept its promises under `accepts:`, or remove `document:`");
        if (!written.Has("wishes") && !written.Has("accepts") && !written.Has("found"))
            _problems.Error(Codes.Relation, written.At, $"nothing is accepted or wished of `{agent}`", "write `accepts:`, `wishes:` or `found:`");
        var found = new FoundReader(reading, promises, targets);
        return new Reliance
        {
            Agent = reading.Texts.Share(agent),
            Document = document,
            Status = written.Scalar("status") is { } status ? FieldValues.Url(status, _problems) : null,
            Terms = written.Text("terms"),
            RunsOn = FieldValues.Each(written.Texts("runs-on"), text => FieldValues.Name(text, "a base", _problems)),
            Accepts = accepts,
            Wishes = found.AddWishes(agent, written, Wishes(agent, written)),
            Found = found.Sources,
            At = written.At,
        };
    }

    /// <summary>After all documents are read: what is accepted stands in a document that is named, or in one of this house.</summary>
    public static void HoldAccepted(IEnumerable<Agent> agents, Func<string, bool> isHere, Problems problems)
    {
        foreach (var agent in agents)
            foreach (var reliance in agent.ReliesOn)
                if (reliance is { Document: null, Accepts: [var first, ..] } && !isHere(reliance.Agent)) TellNowhere(reliance.Agent, first.At, problems);
    }

    private static void TellNowhere(string agent, Place at, Problems problems) =>
        problems.Error(Codes.Relation, at, $"what `{agent}` promises is accepted, and nothing says where it promises it", "write `document:` with the URL of its promises, unless its document is in this house; of who promises nothing, write `wishes:` instead");

    private ImmutableArray<Acceptance> Accepts(string agent, Written written)
    {
        var accepts = ImmutableArray.CreateBuilder<Acceptance>();
        foreach (var (key, value) in written.Pairs("accepts"))
        {
            var name = FieldValues.Name(key.Content, "a promise", _problems);
            if (Written.Of(DocumentTables.Acceptance, value, reading, key.At) is not { } one) continue;
            var line = one.Scalar("line") is { } text ? FieldValues.Whole(text, 1, 9999, _problems) ?? 1 : 1;
            var needs = promises.Objectives(one, "needs", OfOther(agent));
            var use = one.Scalar("use") is { } useText ? ExpressionReader.Use(useText, OfOther(agent), _problems) : null;
            if (name is not null) accepts.Add(new Acceptance(reading.Texts.Share(name), line, one.Text("purpose"), needs, use, key.At));
        }
        return accepts.ToImmutable();
    }

    private ImmutableArray<Promise> Wishes(string agent, Written written)
    {
        var wishes = ImmutableArray.CreateBuilder<Promise>();
        foreach (var (key, value) in written.Pairs("wishes"))
        {
            var name = FieldValues.LineName(key.Content, agent, 0, _problems);
            _problems.About = name;
            if (Written.Of(reading.Tables.Wish, value, reading, key.At) is { } wish)
            {
                var read = promises.Wish(name ?? new PromiseName(agent, "unnamed", 0), wish);
                if (name is not null && read.Checks.Length > 0) wishes.Add(read);
            }
            _problems.About = null;
        }
        return wishes.ToImmutable();
    }

    /// <summary>What we need of another is said in its quantities, or in ours.</summary>
    private Func<string, QuantityType?> OfOther(string agent) =>
        name => scope.Quantity(name) ?? (typesOf(agent) is { } types && types.TryGetValue(name, out var type) ? type : null);
}
