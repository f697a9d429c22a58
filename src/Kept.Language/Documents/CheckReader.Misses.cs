using System.Collections.Immutable;
using Kept.Language.Yaml;
using Kept.Model;

namespace Kept.Language.Documents;

/// <summary>Reads <c>misses:</c>, the failures that a check lets pass knowingly. A name is of the kind or of nothing; what is written in words is for the search to know, which makes them.</summary>
internal sealed partial class CheckReader
{
    private ImmutableArray<KnownMiss> Misses(Written written, CheckKind kind)
    {
        if (!written.HasOwn("misses")) return [];
        var nodes = written.Items("misses");
        if (nodes.Count > KnownMiss.Most)
        {
            _problems.Error(Codes.KnownMiss, written.PlaceOf("misses"), $"a check accepts at most {KnownMiss.Most} misses, and this one {nodes.Count}", "write the name of a failure, which stands for all its forms; or expect more of the answer");
            return [];
        }
        var misses = ImmutableArray.CreateBuilder<KnownMiss>();
        foreach (var node in nodes)
        {
            var owner = node is YamlMap { Entries: [var (key, _), ..] } ? key.At : node.At;
            if (Written.Of(DocumentTables.KnownMiss, node, reading, owner) is not { } fields || fields.Scalar("what") is not { } what || fields.Text("because") is not { } because) continue;
            var until = fields.Scalar("until") is { } end ? FieldValues.Date(end, _problems) : null;
            if (misses.Any(other => other.What == what.Text))
                _problems.Error(Codes.KnownMiss, what.At, $"`{FieldValues.Short(what)}` is accepted twice", "leave one of them, with its reason");
            else if (PromiseName.IsName(what.Text) && !kind.Failures.Any(failure => failure.Name == what.Text))
                _problems.Error(Codes.KnownMiss, what.At, $"a check of the kind {kind.Name} is tried with no failure called `{FieldValues.Short(what)}`{_problems.Hint(what.Text, kind.Failures.Select(failure => failure.Name))}",
                    "write one of: " + string.Join(", ", kind.Failures.Where(failure => failure.IsTried).Select(failure => failure.Name)) + "; or its words as `kept check` prints them");
            else misses.Add(new KnownMiss(reading.Texts.Share(what.Text), reading.Texts.Share(because), until, what.At));
        }
        return misses.ToImmutable();
    }
}
