using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using Kept.Language.Yaml;
using Kept.Model;

namespace Kept.Language.Documents;

/// <summary>One document on its way to an agent: its fields are read, its promises not yet, because they may speak of quantities of other agents.</summary>
internal sealed record AgentDocument(string Id, Written Written, Reading Reading, AgentScope Scope);

/// <summary>Reads one document: the agent it speaks for, what it gives, and what it accepts.</summary>
internal static class AgentReader
{
    /// <summary>The first half: who speaks, and which quantities it declares. Null where it cannot even be said who speaks.</summary>
    public static AgentDocument? Open(YamlDocument document, Reading reading, ConcurrentDictionary<CheckKind, FrozenDictionary<string, FieldValue>> defaultSettings)
    {
        if (document.Root is null || Written.Of(reading.Tables.Document, document.Root, reading, document.At) is not { } written) return null;
        if (written.Scalar("kept") is { } version && version.Text != "1")
            reading.Problems.Error(Codes.LanguageVersion, version.At, $"`{FieldValues.Short(version)}` is no version of the language that this program knows", "write `kept: 1`");
        var id = written.Scalar("agent") is { } text ? FieldValues.Name(text, "an agent", reading.Problems) : null;
        var types = TypeReader.Read(written, reading);
        // without a good id the rest is still read, so that everything is told at once; the house is refused anyway
        return new AgentDocument(id ?? "", written, reading, new AgentScope(id is null ? "unnamed" : reading.Texts.Share(id), types, defaultSettings));
    }

    /// <summary>The second half. <paramref name="typesOf"/> gives the quantities of other agents of the house, <paramref name="targets"/> what was found.</summary>
    public static Agent Read(AgentDocument document, Func<string, IReadOnlyDictionary<string, QuantityType>?> typesOf, Found.TargetLists targets)
    {
        var (_, written, reading, scope) = document;
        var problems = reading.Problems;
        var until = written.Scalar("until") is { } untilText ? FieldValues.Date(untilText, problems) : null;
        var defaults = written.Inner("defaults", reading.Tables.Defaults);
        var promises = new PromiseReader(reading, scope, defaults, until);
        var members = Members(written, problems);
        var found = new FoundReader(reading, promises, targets);
        return new Agent
        {
            Id = scope.Agent,
            Name = written.Text("name") ?? "",
            Kind = written.Scalar("kind") is { } kind ? KindOf(kind, problems) : AgentKind.Service,
            Domains = FieldValues.Each(written.Texts("domains"), text => FieldValues.Domain(text, problems)),
            Until = until,
            Contacts = Contacts(written, reading),
            Attention = written.Inner("attention", DocumentTables.Attention) is { } attention ? new Attention(
                attention.Scalar("checks") is { } checks ? ExpressionReader.Quantity(checks, Dimension.Rate, problems) : null,
                attention.Scalar("people") is { } people ? ExpressionReader.Quantity(people, Dimension.Rate, problems) : null,
                attention.Scalar("relationships") is { } relationships ? FieldValues.Whole(relationships, 0, 1_000_000, problems) : null) : null,
            Load = written.Inner("load", DocumentTables.Load)?.Scalar("from") is { } load ? FieldValues.Load(load, problems) : null,
            Region = written.Scalar("region") is { } region ? FieldValues.Name(region, "a region", problems) : null,
            Types = [.. scope.Types.Values],
            Calendars = scope.Calendars = CalendarReader.Read(written, scope.Quantity, reading),
            Capacities = Capacities(written, reading),
            Promises = found.AddPromises(scope.Agent, written, promises.Promises(written)),
            Found = found.Sources,
            ReliesOn = new RelianceReader(reading, scope, promises, typesOf, targets).Read(written),
            Members = [.. members.Keys],
            MemberOf = written.Scalar("member-of") is { } super ? FieldValues.Name(super, "an agent", problems) : null,
            Origin = reading.Origin,
            At = written.PlaceOf("agent"),
            FieldPlaces = [.. written.Places, .. members.Select(member => KeyValuePair.Create(Agent.PlaceKeyOf(member.Key), member.Value))],
        };
    }

    /// <summary>Each member once, in the order written, with its place.</summary>
    private static OrderedDictionary<string, Place> Members(Written document, Problems problems)
    {
        var members = new OrderedDictionary<string, Place>(StringComparer.Ordinal);
        foreach (var text in document.Texts("members"))
            if (FieldValues.Name(text, "an agent", problems) is { } name)
                members.TryAdd(name, text.At);
        return members;
    }

    private static AgentKind KindOf(ScalarText text, Problems problems) =>
        FieldValues.OneOf(text, ["business", "service", "team", "person", "super-agent"], problems) switch
        {
            "business" => AgentKind.Business,
            "team" => AgentKind.Team,
            "person" => AgentKind.Person,
            "super-agent" => AgentKind.SuperAgent,
            _ => AgentKind.Service,
        };

    private static ImmutableArray<Contact> Contacts(Written document, Reading reading)
    {
        var contacts = ImmutableArray.CreateBuilder<Contact>();
        foreach (var node in document.Items("contact"))
            if (Written.Of(DocumentTables.Contact, node, reading, node.At) is { } written)
            {
                var role = written.Text("role");
                var reach = written.Scalar("reach") is { } text ? Reach(text, reading.Problems) : null;
                var hours = written.Scalar("hours") is { } open ? CalendarReader.Hours(open, reading.Problems) : null;
                var answers = written.Scalar("answers") is { } within ? FieldValues.Within(within, reading.Problems) : null;
                var expires = written.Scalar("expires") is { } date ? FieldValues.Date(date, reading.Problems) : null;
                if (role is not null && reach is not null) contacts.Add(new Contact(role, reach, hours, answers, expires, written.At));
            }
        return contacts.ToImmutable();
    }

    private static string? Reach(ScalarText text, Problems problems)
    {
        if (Uri.TryCreate(text.Text, UriKind.Absolute, out var uri) && uri.Scheme is "mailto" or "tel" or "https" or "http" or "xmpp" or "sip" or "matrix") return text.Text;
        problems.Error(Codes.Address, text.At, $"`{FieldValues.Short(text)}` is no address where somebody answers", text.Text.Contains('@', StringComparison.Ordinal) ? $"write '{"mailto:" + text.Text}'" : "write a mailto:, tel: or https: address");
        return null;
    }

    private static ImmutableArray<KeyValuePair<string, decimal>> Capacities(Written document, Reading reading)
    {
        var capacities = ImmutableArray.CreateBuilder<KeyValuePair<string, decimal>>();
        foreach (var (key, value) in document.Pairs("capacities"))
            if (FieldValues.Name(key.Content, "a resource", reading.Problems) is { } name && reading.Scalar(value, $"`{name}`") is { } text && FieldValues.Amount(text, reading.Problems) is { } amount)
                capacities.Add(new(reading.Texts.Share(name), amount));
        return capacities.ToImmutable();
    }
}
