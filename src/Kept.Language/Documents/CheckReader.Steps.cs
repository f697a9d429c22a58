using System.Collections.Immutable;
using Kept.Language.Yaml;
using Kept.Model;

namespace Kept.Language.Documents;

/// <summary>Reads <c>first:</c>, the steps that lead to a check, and knows which of their values may be sent on.</summary>
internal sealed partial class CheckReader
{
    /// <summary>A look is one visit, not a test suite; and each step of a document of others is asked for at its wish.</summary>
    private const int MostSteps = 16, MostTakings = 16;

    private ImmutableArray<Check> Steps(Written written, CheckKind kind, Duration every, Duration timeout)
    {
        if (!written.Has("first")) return [];
        var at = written.PlaceOf("first");
        if (!kind.TakesSteps)
        {
            _problems.Error(Codes.Journey, at, $"a check of the kind {kind.Name} has no steps", "remove `first`; it stands in checks of " + string.Join(", ", reading.Tables.Kinds.Where(other => other.TakesSteps).Select(other => other.Name)));
            return [];
        }
        var nodes = written.Items("first");
        if (nodes.Count > MostSteps)
        {
            _problems.Error(Codes.Journey, at, $"{nodes.Count} steps lead to the check", $"write at most {MostSteps}, or several checks");
            return [];
        }
        var steps = ImmutableArray.CreateBuilder<Check>();
        foreach (var node in nodes)
        {
            var owner = node is YamlMap { Entries: [var (key, _), ..] } ? key.At : node.At;
            if (Written.Of(reading.Tables.Step, node, reading, owner) is not { } fields || Step(fields, every, timeout) is not { } step) continue;
            if (steps.FirstOrDefault(other => other.Name == step.Name) is { } same)
            {
                _problems.Error(Codes.Journey, step.At, $"two steps are called `{step.Name}`; the first is in line {same.At.Line}", "give each its own `name:`");
                continue;
            }
            Judge(step, steps, fields);
            steps.Add(step);
        }
        return steps.ToImmutable();
    }

    private Check? Step(Written written, Duration every, Duration timeout)
    {
        if (KindOf(written) is not { } kind) return null;
        var name = written.Scalar("name") is { } text ? FieldValues.Name(text, "a step", _problems) : null;
        var settings = Settings(written, kind);
        var target = written.Scalar(kind.Name) is { } targetText ? TargetOf(targetText, kind, settings) : null;
        var expect = Expectations(written, kind);
        var takes = Takings(written, kind);
        var misses = Misses(written, kind);
        if (written.HasOwn(AddressesField)) _problems.Error(Codes.Addresses, written.PlaceOf(AddressesField), "a step has no addresses of its own: all steps go where their check goes", $"write `{AddressesField}` beside the target of the check, or remove it");
        return name is null || target is null ? null
            : new Check(reading.Texts.Share(name), kind, target, settings, every, timeout, Confirmation.AtOnce, expect, [], written.At) { Takes = takes, Misses = misses };
    }

    private ImmutableArray<Taking> Takings(Written written, CheckKind kind)
    {
        var takes = ImmutableArray.CreateBuilder<Taking>();
        foreach (var (key, value) in written.Pairs("take"))
        {
            if (reading.Scalar(value, $"`{YamlReader.Short(key.Text)}`") is not { } from) continue;
            if (!PromiseName.IsName(key.Text) || key.Text.Contains('.', StringComparison.Ordinal))
                _problems.Error(Codes.Taking, key.At, $"`{YamlReader.Short(key.Text)}` is no name of a value that is taken", "write lower-case letters, digits and -, such as `token`");
            else if (takes.Count == MostTakings) _problems.Error(Codes.Taking, key.At, "the step takes too many values", $"take at most {MostTakings}");
            else if (ExpressionReader.Taking(key.Text, from, kind, _problems) is { } taking) takes.Add(taking);
        }
        return takes.ToImmutable();
    }

    /// <summary>What a question sends on must have been taken by a step before it: nothing is ever sent with a hole in it.</summary>
    private void Judge(Check check, IReadOnlyList<Check> before, Written written)
    {
        Judge(check.Target.Rest, written.PlaceOf(check.Kind.Name));
        foreach (var (name, value) in check.Settings)
            switch (value)
            {
                case FieldValue.Text text when name != "body" && TakenName.In(text.Content).FirstOrDefault() is { } stray && TakenName.In(text.Content).Any():
                    _problems.Error(Codes.NotTaken, written.PlaceOf(name), $"`{stray}` stands in `{name}`, which sends nothing that was taken", "what was taken is sent in the target, in `headers` and in `body`");
                    break;
                case FieldValue.Text text:
                    Judge(text.Content, written.PlaceOf(name));
                    break;
                case FieldValue.TextMap map:
                    foreach (var item in map.Items) Judge(item.Value, written.PlaceOf(name));
                    break;
            }

        void Judge(string text, Place at)
        {
            foreach (var sent in TakenName.In(text))
                if (!before.Any(step => step.Name == sent.Step && step.Takes.Any(taking => taking.Name == sent.Value)))
                {
                    var known = before.SelectMany(step => step.Takes.Select(taking => $"${{{step.Name}.{taking.Name}}}")).ToList();
                    _problems.Error(Codes.NotTaken, at, $"no step before this takes what `{sent}` sends",
                        known.Count > 0 ? "what is taken is sent as " + string.Join(", ", known) : "write `take: { token: body.token }` in a step before it, and send `${STEP.token}`");
                }
        }
    }
}
