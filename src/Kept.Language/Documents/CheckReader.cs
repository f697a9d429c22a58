using System.Collections.Frozen;
using System.Collections.Immutable;
using Kept.Language.Yaml;
using Kept.Model;

namespace Kept.Language.Documents;

/// <summary>Reads <c>check:</c>: one, or a list of named ones. The key that is a kind's name gives the target; the kind says which other fields there are.</summary>
internal sealed partial class CheckReader(Reading reading, AgentScope scope)
{
    private static readonly Duration DefaultEvery = Duration.Seconds(60), DefaultTimeout = Duration.Seconds(10), MinEvery = Duration.Seconds(1), MaxEvery = Duration.Days(366);
    private static readonly Duration AnchorEvery = Duration.Seconds(30), AnchorTimeout = Duration.Seconds(5);
    private static readonly Confirmation DefaultConfirm = new(2, 3);

    private readonly Dictionary<(CheckKind, string), FieldValue?> _defaults = [];
    private readonly Problems _problems = reading.Problems;

    public ImmutableArray<Check> Read(Written promise, Written? defaults)
    {
        var checks = ImmutableArray.CreateBuilder<Check>();
        // a check under `defaults` gives fields, it is no check by itself
        if (!promise.HasOwn("check")) return [];
        foreach (var node in promise.Items("check"))
        {
            var owner = node is YamlMap { Entries: [var (key, _), ..] } ? key.At : node.At;
            if (Written.Of(reading.Tables.Check, node, reading, owner, defaults) is not { } written || One(written) is not { } check) continue;
            if (checks.FirstOrDefault(other => other.Name == check.Name) is { } same)
                _problems.Error(Codes.CheckTwice, check.At, $"two checks are called `{check.Name}`; the first is in line {same.At.Line}", "give each its own `name:`");
            else checks.Add(check);
        }
        return checks.ToImmutable();
    }

    /// <summary>
    /// Anchors of a house: checks that stand for nobody's promise. They are looked at every 30 seconds for at most 5 where nothing else is written, and called by their kind,
    /// with a number from the second on, where they have no name.
    /// </summary>
    /// <param name="expects">Each must expect something: an answer alone says nothing.</param>
    public ImmutableArray<Check> Anchors(Written anchors, string field, bool expects = false)
    {
        var checks = ImmutableArray.CreateBuilder<Check>();
        foreach (var node in anchors.Items(field))
        {
            if (Written.Of(reading.Tables.Check, node, reading, node is YamlMap { Entries: [var (key, _), ..] } ? key.At : node.At) is not { } written || One(written) is not { } check) continue;
            if (check.Kind.IsPassive) _problems.Error(Codes.Anchor, check.At, $"a {check.Kind.Name} calls us, so it cannot say whether we reach anything", "write an anchor that we ask: `tcp:`, `http:`, `dns:`, `ntp:`");
            else if (written.HasOwn("confirm") || written.HasOwn("measures")) _problems.Error(Codes.Anchor, check.At, "an anchor is good or not at each look; it confirms and measures nothing", "remove `confirm:` and `measures:`");
            else if (!check.Misses.IsEmpty) _problems.Error(Codes.Anchor, check.At, "an anchor stands for nobody's promise, so there is nothing that it may miss", "remove `misses:`");
            else if (expects && check.Expect.IsEmpty) _problems.Error(Codes.Anchor, check.At, "an anchor of the clock expects nothing, so it could never say that our clock is wrong", "write how far it may be off: `expect: [ 'offset in -2s..2s' ]`");
            else if (written.HasOwn("name") && checks.Any(other => other.Name == check.Name)) _problems.Error(Codes.CheckTwice, check.At, $"two anchors are called `{check.Name}`", "give each its own `name:`");
            else
                checks.Add(check with
                {
                    Name = checks.Any(other => other.Name == check.Name) ? $"{check.Name}-{1 + checks.Count(other => other.Kind == check.Kind)}" : check.Name,
                    Every = written.HasOwn("every") ? check.Every : AnchorEvery,
                    Timeout = written.HasOwn("timeout") || written.HasOwn("every") ? check.Timeout : AnchorTimeout,
                });
        }
        return checks.ToImmutable();
    }

    private Check? One(Written written)
    {
        if (KindOf(written) is not { } kind) return null;
        var name = written.Scalar("name") is { } text ? FieldValues.Name(text, "a check", _problems) : kind.Name;
        var settings = Settings(written, kind);
        var target = written.Scalar(kind.Name) is { } targetText ? TargetOf(targetText, kind, settings) : null;
        var (every, timeout) = Rhythm(written, kind);
        var confirm = written.Scalar("confirm") is { } confirmText ? FieldValues.Confirm(confirmText, _problems) ?? DefaultConfirm : kind.IsPassive ? Confirmation.AtOnce : DefaultConfirm;
        var expect = Expectations(written, kind);
        var measures = Measures(written, kind);
        var misses = Misses(written, kind);
        var first = Steps(written, kind, every, timeout);
        if (name is null || target is null) return null;
        var check = new Check(reading.Texts.Share(name), kind, target, settings, every, timeout, confirm, expect, measures, written.At) { Misses = misses, FieldPlaces = FieldPlaces(written, kind) };
        JudgeAddresses(check, written);
        if (first.IsEmpty) return check;
        Judge(check, first, written);
        return check with { First = first };
    }

    /// <summary>Of the few fields that a file beside the document may contradict.</summary>
    private static ImmutableArray<KeyValuePair<string, Place>> FieldPlaces(Written written, CheckKind kind) =>
        kind.Names is { } file && written.HasOwn(file.Field) ? [.. file.Marks.Where(written.HasOwn).Select(field => KeyValuePair.Create(field, written.PlaceOf(field)))] : [];

    private ImmutableArray<Expectation> Expectations(Written written, CheckKind kind)
    {
        var expect = ImmutableArray.CreateBuilder<Expectation>();
        foreach (var line in written.Texts("expect"))
            if (ExpressionReader.Expectation(line, kind, _problems) is { } test)
                expect.Add(new Expectation(line.Text, test));
        return expect.ToImmutable();
    }

    private CheckKind? KindOf(Written written)
    {
        var named = reading.Tables.Kinds.Where(kind => written.HasOwn(kind.Name)).ToList();
        if (named is [var one])
        {
            foreach (var entry in written.Map.Entries)
                if (one.Field(entry.Key.Text) is null && entry.Key.Text != one.Name && IsFieldOfOthers(entry.Key.Text, one) is { } others)
                    _problems.Error(Codes.UnknownField, entry.Key.At, $"`{entry.Key.Text}` is a field of {others}, not of {one.Name}", one.Fields.IsEmpty ? "remove it" : $"fields of {one.Name}: {string.Join(", ", one.Fields.Select(field => field.Name))}");
            return one;
        }
        if (named.Count > 1)
        {
            _problems.Error(Codes.CheckKind, written.PlaceOf(named[1].Name), $"one check looks in one way, and this one names {string.Join(" and ", named.Select(kind => $"`{kind.Name}`"))}", "make a list of two checks, each with its own `name:`");
            return null;
        }
        // a name, or the slip of a kind, with fields below it has been told
        if (written.Map.Entries.Any(entry => entry.Value is YamlMap && written.Shape.Find(entry.Key.Text) is null)) return null;
        // a key that names a kind and was itself wrong (no value) has been told
        if (written.Map.Entries.Any(entry => reading.Tables.Kinds.Any(kind => kind.Name == entry.Key.Text))) return null;
        _problems.Error(Codes.CheckKind, written.At, "the check does not say how it looks",
            "write a kind and its target: " + string.Join(", ", reading.Tables.Kinds.Select(kind => $"`{kind.Name}: {kind.TargetForm}`")));
        return null;
    }

    private string? IsFieldOfOthers(string name, CheckKind kind)
    {
        if (CommonFields.Contains(name)) return null;
        var others = reading.Tables.Kinds.Where(other => other != kind && other.Field(name) is not null).Select(other => other.Name).ToList();
        return others.Count == 0 ? null : string.Join(", ", others);
    }

    private static readonly FrozenSet<string> CommonFields = FrozenSet.Create(StringComparer.Ordinal, "name", "every", "timeout", "confirm", "expect", "measures", "take", "first", "misses");

    private CheckTarget? TargetOf(ScalarText text, CheckKind kind, FrozenDictionary<string, FieldValue> settings)
    {
        var read = kind.ReadTarget(text.Text);
        if (read.Target is { } written && kind.Settles is { } settles) read = settles(written, settings);
        if (read.Target is { } target) return target with { Text = text.Text, Host = reading.Texts.Share(target.Host), Method = reading.Texts.Share(target.Method), Rest = target.Rest == text.Text ? text.Text : target.Rest };
        _problems.Error(Codes.Target, text.At, read.Error ?? $"`{FieldValues.Short(text)}` is no target of {kind.Name}", read.Help ?? $"write {kind.TargetForm}");
        return null;
    }

    private (Duration Every, Duration Timeout) Rhythm(Written written, CheckKind kind)
    {
        var everyText = written.Scalar("every");
        var every = (everyText is { } text ? ExpressionReader.Duration(text, _problems) : null) ?? kind.Every ?? DefaultEvery;
        if (every < MinEvery || every > MaxEvery)
        {
            _problems.Error(Codes.Rhythm, everyText!.Value.At, every < MinEvery ? $"`every: {every}` looks more often than once a second" : $"`every: {every}` looks less than once a year", "write 1s or more, up to 366d");
            every = DefaultEvery;
        }
        var usual = DefaultTimeout < every / 2 ? DefaultTimeout : every / 2;
        if (written.Scalar("timeout") is not { } timeoutText || ExpressionReader.Duration(timeoutText, _problems) is not { } timeout) return (every, usual);
        if (timeout > Duration.Zero && (timeout < every || kind.IsPassive)) return (every, timeout);
        // a default that is too long for a quick check gives way; a written one is an error
        if (!written.HasOwn("timeout") && timeout > Duration.Zero) return (every, usual);
        _problems.Error(Codes.Rhythm, timeoutText.At, timeout > Duration.Zero ? $"a look may take {timeout}, and the next begins after {every}" : "a look may take no time at all", $"write a `timeout` below {every}");
        return (every, usual);
    }

    private ImmutableArray<Measure> Measures(Written written, CheckKind kind)
    {
        var measures = ImmutableArray.CreateBuilder<Measure>();
        foreach (var (key, value) in written.Pairs("measures"))
        {
            if (reading.Scalar(value, $"`{YamlReader.Short(key.Text)}`") is not { } from) continue;
            if (scope.Quantity(key.Text) is not { } quantity)
                _problems.Error(Codes.UnknownQuantity, key.At, $"`{YamlReader.Short(key.Text)}` is no quantity{_problems.Hint(key.Text, scope.QuantityNames)}", "declare it under `types:` with its unit and direction");
            else if (quantity.Source is QuantitySource.GoodLooks or QuantitySource.LookTime)
                _problems.Error(Codes.UnknownQuantity, key.At, $"`{quantity.Name}` comes from the look itself and is not measured otherwise", "declare a quantity of your own under `types:`");
            else if (ExpressionReader.Measure(quantity, from, kind, _problems) is { } measure) measures.Add(measure);
        }
        return measures.ToImmutable();
    }

    private FrozenDictionary<string, FieldValue> Settings(Written written, CheckKind kind)
    {
        if (kind.Fields.IsEmpty) return FrozenDictionary<string, FieldValue>.Empty;
        var settings = new Dictionary<string, FieldValue>(StringComparer.Ordinal);
        var own = false;
        foreach (var field in kind.Fields)
        {
            var value = written.Has(field.Name) ? FieldOf(written, field) : null;
            own |= value is not null;
            if (written.HasOwn(field.Name) && field.Needs is { } needed && !written.Has(needed))
                _problems.Error(Codes.Needs, written.PlaceOf(field.Name), $"`{field.Name}` says nothing without `{needed}`", $"write `{needed}` beside it, or remove it");
            value ??= DefaultOf(kind, field);
            if (value is not null) settings.Add(field.Name, value);
        }
        // thousands of checks set nothing: they share one frozen dictionary
        return own ? settings.ToFrozenDictionary(StringComparer.Ordinal) : scope.DefaultSettings(kind, settings);
    }

    private FieldValue? DefaultOf(CheckKind kind, CheckField field)
    {
        if (field.Default is null) return null;
        if (_defaults.TryGetValue((kind, field.Name), out var known)) return known;
        // a default is the program's own text: a fault in it would be told as one of the document, so it is read without telling and tested by the kind
        return _defaults[(kind, field.Name)] = FieldOf(ScalarText.Unwritten(field.Default), field, new Problems());
    }

    private FieldValue? FieldOf(Written written, CheckField field)
    {
        switch (field.Form)
        {
            case FieldForm.Texts:
                return new FieldValue.Texts([.. written.Texts(field.Name).Select(text => text.Text)]);
            case FieldForm.TextMap:
                var map = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
                if (!field.Keys.IsDefaultOrEmpty)
                {
                    if (written.Inner(field.Name, DocumentTables.ShapeOf(field)) is not { } keyed) return null;
                    foreach (var key in field.Keys)
                        if (keyed.Scalar(key.Name) is { } given && (key.IsSecret ? FieldValues.Secret(given, key.Name, Codes.CheckSecret, _problems) : key.IsUrl ? FieldValues.Url(given, _problems) : key.Choices.IsDefault ? given.Text : FieldValues.OneOf(given, key.Choices, _problems, Codes.CheckField)) is { } taken)
                            map.Add(new(key.Name, taken));
                    return new FieldValue.TextMap(map.ToImmutable());
                }
                foreach (var (key, value) in written.Pairs(field.Name))
                    if (reading.Scalar(value, $"`{YamlReader.Short(key.Text)}`") is { } text)
                        map.Add(new(reading.Texts.Share(key.Text), text.Text));
                return new FieldValue.TextMap(map.ToImmutable());
            default:
                return written.Scalar(field.Name) is { } one ? FieldOf(one, field, _problems) : null;
        }
    }

    private static FieldValue? FieldOf(ScalarText text, CheckField field, Problems problems)
    {
        switch (field.Form)
        {
            case FieldForm.Duration:
                return ExpressionReader.Duration(text, problems) is { } duration ? new FieldValue.Length(duration) : null;
            case FieldForm.Size:
                if (ExpressionReader.Quantity(text, Dimension.Size, problems) is not { } size) return null;
                var most = field.Most is { } written ? ExpressionReader.Quantity(ScalarText.Unwritten(written), Dimension.Size, new Problems())!.Value.Amount : long.MaxValue;
                if (size.Amount <= most) return new FieldValue.Bytes((long)size.Amount);
                problems.Error(Codes.CheckField, text.At, field.Most is null ? $"`{field.Name}` is larger than can be counted" : $"`{field.Name}: {FieldValues.Short(text)}` is more than a look reads", field.Most is { } bound ? $"write at most {bound}" : null);
                return null;
            case FieldForm.Whole:
                if (long.TryParse(text.Text, System.Globalization.NumberStyles.None, null, out var whole)) return new FieldValue.Whole(whole);
                problems.Error(Codes.CheckField, text.At, $"`{field.Name}` takes a whole number, not `{FieldValues.Short(text)}`", field.Default is null ? null : $"such as {field.Default}");
                return null;
            case FieldForm.YesNo:
                return FieldValues.YesNo(text, problems, Codes.CheckField) is { } yes ? new FieldValue.YesNo(yes) : null;
            case FieldForm.OneOf:
                return FieldValues.OneOf(text, field.Choices, problems, Codes.CheckField) is { } choice ? new FieldValue.Text(choice) : null;
            case FieldForm.Texts:
                return new FieldValue.Texts([text.Text]);
            default:
                return new FieldValue.Text(text.Text);
        }
    }
}
