using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using Kept.Import.Writing;
using Kept.Language;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Blackbox;

/// <summary>How one module looks at one target, in our words.</summary>
/// <param name="Check">Null where it cannot be looked at; <paramref name="Why"/> says why.</param>
/// <param name="Why">What the module says that a look here would not do, so that its answer would be another's.</param>
public sealed record ProbeReading(Check? Check, string? Why);

/// <summary>The modules of a running blackbox_exporter, for whoever asks as Prometheus asks that. Pure, and from any thread; both file and target are a stranger's.</summary>
public sealed class BlackboxProbe
{
    private readonly string _path;
    private readonly ForeignNode.Map? _root;
    private readonly string? _broken;

    private BlackboxProbe(string path, ForeignNode.Map? root, string? broken) => (_path, _root, _broken) = (path, root, broken);

    /// <summary>The modules of a file, read once.</summary>
    /// <param name="file">The exporter's configuration.</param>
    public static BlackboxProbe Of(DocumentFile file)
    {
        var losses = new Losses();
        var read = ForeignYaml.Read(file);
        losses.Unread(read.Problems.Where(problem => problem.Severity == Severity.Error));
        return losses.IsBroken || read.Roots is not [ForeignNode.Map root, ..]
            ? new(file.Path, null, $"{file.Path} cannot be read: {(losses.Found is [var first, ..] ? first.Message : "there are no modules in it")}")
            : new(file.Path, root, null);
    }

    /// <summary>Null where the file has no such module.</summary>
    public ProbeReading? Read(string module, string target, ImmutableArray<CheckKind> kinds)
    {
        if (_root is not { } root) return new ProbeReading(null, _broken);
        var losses = new Losses();
        if (root["modules"] is not ForeignNode.Map modules || modules[module] is not ForeignNode.Map written) return null;
        if (target.Contains("${", StringComparison.Ordinal)) return Reads;
        var at = modules.Key(module)?.At ?? written.At;
        var request = new ImportRequest([], FrozenDictionary<string, ForeignFile>.Empty, kinds, "probe", new DateOnly(9999, 12, 31));
        var its = new BlackboxModule(module, at, new Keys(written, module, losses), losses);
        var draft = its.Check(request, new ForeignNode.Text(at, target, isQuoted: true, isVerbatim: false), module);
        if (losses.Found.FirstOrDefault(finding => finding.Kind is FindingKind.Lost or FindingKind.UnknownKey) is { } lost) return new ProbeReading(null, lost.Message);
        if (draft is null) return new ProbeReading(null, "the target cannot be looked at");
        if (draft.Fields.Select(field => field.Value).Concat(draft.Maps.SelectMany(map => map.Value).Select(pair => pair.Value)).Any(text => SecretReferences.In(text).Any())) return Reads;
        if (draft.Maps.Where(map => map.Key == "headers").SelectMany(map => map.Value).Any(header => LoginHeaders.Has(header.Key))) return new ProbeReading(null, "the module logs in, and whoever asks would choose to whom");
        (draft.Timeout, draft.Every) = (its.Timeout is { } own && own < Longest ? own : Longest, Longest * 2);
        var house = new HouseDraft();
        var wish = new WishDraft(module, at, "probed", "probed");
        wish.Checks.Add(draft);
        var (text, _) = DocumentText.Of(house, "probe", request.Until, [("probed", [("probed", wish)])]);
        var reading = HouseReader.Read([new DocumentFile(_path, Encoding.UTF8.GetBytes(text))], "probe", kinds);
        return reading.House?.Promises.FirstOrDefault()?.Checks is [var check, ..] ? new ProbeReading(check, null) : new ProbeReading(null, reading.Diagnostics.FirstOrDefault(problem => problem.RefusesHouse)?.Message ?? "the module cannot be written as a check of ours");
    }

    private static readonly ProbeReading Reads = new(null, "a text holds ${…}, which would read a secret of this machine");

    /// <summary>The exporter's own bound where neither module nor caller says one.</summary>
    private static readonly Duration Longest = Duration.Seconds(120);
}
