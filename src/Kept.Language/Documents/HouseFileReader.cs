using System.Collections.Immutable;
using Kept.Language.Yaml;
using Kept.Model;

namespace Kept.Language.Documents;

/// <summary>What <c>house.yaml</c> says.</summary>
internal sealed record HouseFile(string? Id, string? Name, string? Place, HouseSettings Settings, ImmutableArray<string> Ours)
{
    public static readonly HouseFile None = new(null, null, null, HouseSettings.Default, []);

    /// <summary>It was there to be read, so what it does not say is not.</summary>
    public bool IsWritten { get; init; }
}

/// <summary>Reads <c>house.yaml</c>.</summary>
internal static class HouseFileReader
{
    public const string FileName = "house.yaml";

    /// <summary>The files that <c>trust</c> names, as far as the text can be read; what is wrong with it is told when it is read.</summary>
    public static IReadOnlyList<ScalarText> Trusted(DocumentFile file)
    {
        var unheard = new Problems();
        if (SourceText.From(file, unheard) is not { } source) return [];
        var reading = new Reading(source, file.Origin, new DocumentTables([]), new SharedTexts(), unheard);
        return YamlReader.Read(source, unheard) is [{ Root: { } root }, ..] && Written.Of(reading.Tables.House, root, reading, root.At) is { } written ? written.Texts("trust") : [];
    }

    public static HouseFile Read(Reading reading, List<YamlDocument> documents)
    {
        var problems = reading.Problems;
        if (documents.Count > 1) problems.Error(Codes.HouseFile, documents[1].At, "house.yaml holds one house and nothing else", "agents stand in files of their own: kept.yaml or NAME.kept.yaml");
        if (documents is not [{ Root: { } root }, ..] || Written.Of(reading.Tables.House, root, reading, root.At) is not { } written) return HouseFile.None;
        var usual = HouseSettings.Default;
        var limits = written.Inner("limits", DocumentTables.HouseLimits);
        var keep = written.Inner("keep", DocumentTables.Keep);
        return new HouseFile(
            written.Scalar("house") is { } id ? FieldValues.Name(id, "a house", problems) : null,
            written.Text("name"),
            written.Scalar("place") is { } place ? FieldValues.Name(place, "a place", problems) : null,
            new HouseSettings(
                limits?.Scalar("looks") is { } looks ? FieldValues.Whole(looks, 1, 100_000, problems) ?? usual.LooksAtOnce : usual.LooksAtOnce,
                limits?.Scalar("per-host") is { } perHost ? FieldValues.Whole(perHost, 1, 10_000, problems) ?? usual.LooksPerHost : usual.LooksPerHost,
                written.Scalar("proxy") is { } proxy ? FieldValues.Proxy(proxy, problems) : null,
                [.. written.Texts("trust").Select(text => text.Text)],
                written.Scalar("resolver") is { } resolver ? FieldValues.NameServer(resolver, problems) : null,
                keep?.Scalar("looks") is { } length ? ExpressionReader.Duration(length, problems) ?? usual.KeepLooks : usual.KeepLooks)
            {
                Programs = FieldValues.Each(written.Texts("programs"), text => FieldValues.Program(text, problems)),
                Registries = Registries(written, reading),
                Anchors = written.Inner("anchors", reading.Tables.Anchors) is { } anchors ? AnchorsOf(anchors, reading) : Model.Anchors.None,
                Routes = new RouteReader(reading).Read(written),
                Probe = written.Inner("probe", DocumentTables.Probe) is { } probe ? ProbeOf(probe, reading) : null,
                Pages = written.Scalar("pages") is { } pages ? FieldValues.Url(pages, problems) : null,
            },
            FieldValues.Each(written.Texts("ours"), text => FieldValues.Name(text, "an agent", problems)))
        {
            IsWritten = true,
        };
    }

    private static Model.Anchors AnchorsOf(Written written, Reading reading)
    {
        var checks = new CheckReader(reading, new AgentScope("", [], []));
        return new Model.Anchors(checks.Anchors(written, "connection"), checks.Anchors(written, "resolver"), checks.Anchors(written, "clock", expects: true));
    }

    private static ProbeSettings? ProbeOf(Written written, Reading reading)
    {
        var modules = written.Scalar("modules") is { } file ? FieldValues.FileBeside(file, reading.Problems) : null;
        var reach = written.Scalar("reach") is { } text ? FieldValues.OneOf(text, ["public", "anywhere"], reading.Problems) : null;
        var atOnce = written.Scalar("at-once") is { } most ? FieldValues.Whole(most, 1, 1_000, reading.Problems) : null;
        return modules is null ? null : new ProbeSettings(modules, reach == "anywhere", atOnce ?? ProbeSettings.UsualAtOnce);
    }

    private static ImmutableArray<KeyValuePair<string, string>> Registries(Written written, Reading reading)
    {
        var registries = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (var (key, value) in written.Pairs("registries"))
            if (reading.Scalar(value, $"`{YamlReader.Short(key.Text)}`") is { } text && FieldValues.Registry(text, reading.Problems) is { } url)
                registries.Add(new(key.Text.TrimStart('.').ToLowerInvariant(), url));
        return registries.ToImmutable();
    }
}
