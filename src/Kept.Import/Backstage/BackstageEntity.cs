using System.Text.RegularExpressions;
using Kept.Model;

namespace Kept.Import.Backstage;

/// <summary>An entity's name as Backstage compares it: kind, namespace and name without regard to case.</summary>
internal readonly partial record struct BackstageName(string Kind, string Namespace, string Name)
{
    public const string DefaultNamespace = "default";

    /// <summary>As people write it: <c>component:orders</c>, with the namespace where it is not the default one.</summary>
    public override string ToString() => Namespace == DefaultNamespace ? $"{Kind}:{Name}" : $"{Kind}:{Namespace}/{Name}";

    /// <summary><c>[KIND:][NAMESPACE/]NAME</c>; null where it is none.</summary>
    /// <param name="kind">Of a reference that names no kind.</param>
    /// <param name="space">Of a reference that names no namespace: that of the entity that refers.</param>
    public static BackstageName? Parse(string text, string kind, string space) =>
        Reference().Match(text.Trim()) is { Success: true } match
            ? new((match.Groups["kind"] is { Success: true } written ? written.Value : kind).ToLowerInvariant(), (match.Groups["space"] is { Success: true } own ? own.Value : space).ToLowerInvariant(), match.Groups["name"].Value.ToLowerInvariant())
            : null;

    /// <summary>Names of entities (KubernetesValidatorFunctions): at most 63 letters, digits and -_. between them.</summary>
    public static bool IsName(string text) => Single().IsMatch(text);

    [GeneratedRegex(@"^(?:(?<kind>[A-Za-z][A-Za-z0-9]{0,62}):)?(?:(?<space>[a-zA-Z0-9][-a-zA-Z0-9_.]{0,62})/)?(?<name>[a-zA-Z0-9][-a-zA-Z0-9_.]{0,62})$", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();

    [GeneratedRegex("^[a-zA-Z0-9](?:[-a-zA-Z0-9_.]{0,61}[a-zA-Z0-9])?$", RegexOptions.CultureInvariant)]
    private static partial Regex Single();
}

/// <summary>One entity of a catalogue, its head read.</summary>
/// <param name="Name">What references mean it by.</param>
/// <param name="At">Where it is written.</param>
/// <param name="Spec">What is left to be read.</param>
internal sealed record BackstageEntity(BackstageName Name, Place At, Keys Spec)
{
    /// <summary>As findings call it.</summary>
    public string Subject => Name.ToString();

    /// <summary>For people; its name where it has no title.</summary>
    public required string Title { get; init; }

    public string? Description { get; init; }

    /// <summary>Where more stands about it, the first link.</summary>
    public string? Docs { get; init; }

    /// <summary>Told at the head of what it becomes.</summary>
    public required IReadOnlyList<string> Comments { get; init; }

    public string? Type { get; set; }
    public string? Lifecycle { get; set; }
    public BackstageEntity? Owner { get; set; }

    /// <summary>What it belongs to: a system, a domain, another component.</summary>
    public BackstageEntity? Whole { get; set; }

    public List<BackstageEntity> Provides { get; } = [];
    public List<BackstageEntity> Consumes { get; } = [];
    public List<BackstageEntity> DependsOn { get; } = [];

    /// <summary>Of a group or a person.</summary>
    public string? Mail { get; set; }
}
