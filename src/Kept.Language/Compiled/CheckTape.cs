using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Kept.Model;

namespace Kept.Language.Compiled;

/// <summary>Checks and their steps in the compiled form. Kinds are written by name; the reader has been given the same ones, which the header proves.</summary>
internal static class CheckTape
{
    public static void Write(this TapeWriter tape, Check check)
    {
        tape.Text(check.Name);
        tape.Text(check.Kind.Name);
        tape.Text(check.Target.Text);
        tape.Text(check.Target.Host);
        tape.Whole(check.Target.Port);
        tape.Text(check.Target.Method);
        tape.Text(check.Target.Rest);
        tape.Text(check.Target.Dials ?? "");
        tape.Shared(check.Settings, settings => tape.List([.. settings.OrderBy(pair => pair.Key, StringComparer.Ordinal)], pair =>
        {
            tape.Text(pair.Key);
            tape.Write(pair.Value);
        }));
        tape.Whole(check.Every.Nanoseconds);
        tape.Whole(check.Timeout.Nanoseconds);
        tape.Whole(check.Confirm.Count);
        tape.Whole(check.Confirm.Of);
        tape.List(check.Expect, expectation =>
        {
            tape.Text(expectation.Text);
            tape.Write(expectation.Test);
        });
        tape.List(check.Measures, measure =>
        {
            tape.Write(measure.Quantity);
            tape.Write(measure.From);
            tape.Quantity(measure.Unit);
            tape.Text(measure.Text);
        });
        tape.At(check.At);
        tape.List(check.First, tape.Write);
        tape.List(check.Takes, taking =>
        {
            tape.Text(taking.Name);
            tape.Write(taking.From);
            tape.Flag(taking.Pattern is not null);
            if (taking.Pattern is { } pattern)
            {
                tape.Text(pattern.ToString());
                tape.Whole((int)pattern.Options);
            }
            tape.Text(taking.Text);
        });
        tape.List(check.Misses, miss =>
        {
            tape.Text(miss.What);
            tape.Text(miss.Because);
            tape.Maybe(miss.Until, until => tape.Whole(until.Microseconds));
            tape.At(miss.At);
        });
        tape.List(check.FieldPlaces, pair =>
        {
            tape.Text(pair.Key);
            tape.At(pair.Value);
        });
    }

    // no document says more between two looks; what is judged reckons with many of them
    private static readonly Duration Longest = Duration.Days(366);

    public static Check Check(this TapeReader tape, IReadOnlyDictionary<string, CheckKind> kinds, bool isStep = false) => new(
        tape.Text(),
        kinds.TryGetValue(tape.Text(), out var kind) ? kind : throw TapeReader.Damaged(),
        new CheckTarget(tape.Text(), tape.Text(), tape.Int(), tape.Text(), tape.Text(), tape.Text() is { Length: > 0 } dials ? dials : null),
        tape.Shared(() => tape.List(() => KeyValuePair.Create(tape.Text(), tape.FieldValue())).ToFrozenDictionary(StringComparer.Ordinal)),
        tape.Length(atMost: Longest),
        tape.Length(atMost: Longest),
        new Confirmation(tape.Int(), tape.Int()),
        tape.List(() => new Expectation(tape.Text(), tape.Expression())),
        tape.List(() => new Measure(tape.QuantityType(), tape.Seen(), tape.Quantity(), tape.Text())),
        tape.At())
    {
        First = tape.List(() => isStep ? throw TapeReader.Damaged() : tape.Check(kinds, isStep: true)),
        Takes = tape.List(() => new Taking(tape.Text(), tape.Seen(), tape.Flag() ? new Regex(tape.Text(), (RegexOptions)tape.Int() | RegexOptions.NonBacktracking) : null, tape.Text())),
        Misses = tape.List(() => new KnownMiss(tape.Text(), tape.Text(), tape.Maybe(() => new Instant(tape.Whole())), tape.At())),
        FieldPlaces = tape.List(() => KeyValuePair.Create(tape.Text(), tape.At())),
    };

    private static void Write(this TapeWriter tape, FieldValue value)
    {
        switch (value)
        {
            case FieldValue.Text text:
                tape.Byte(1);
                tape.Text(text.Content);
                break;
            case FieldValue.Length length:
                tape.Byte(2);
                tape.Whole(length.Duration.Nanoseconds);
                break;
            case FieldValue.Bytes bytes:
                tape.Byte(3);
                tape.Whole(bytes.Count);
                break;
            case FieldValue.Whole whole:
                tape.Byte(4);
                tape.Whole(whole.Number);
                break;
            case FieldValue.YesNo yes:
                tape.Byte(5);
                tape.Flag(yes.IsYes);
                break;
            case FieldValue.Texts texts:
                tape.Byte(6);
                tape.Texts(texts.Items);
                break;
            case FieldValue.TextMap map:
                tape.Byte(7);
                tape.List(map.Items, pair =>
                {
                    tape.Text(pair.Key);
                    tape.Text(pair.Value);
                });
                break;
            default:
                throw new System.Diagnostics.UnreachableException(value.GetType().Name);
        }
    }

    private static FieldValue FieldValue(this TapeReader tape) => tape.Byte() switch
    {
        1 => new FieldValue.Text(tape.Text()),
        2 => new FieldValue.Length(tape.Length()),
        3 => new FieldValue.Bytes(tape.Whole()),
        4 => new FieldValue.Whole(tape.Whole()),
        5 => new FieldValue.YesNo(tape.Flag()),
        6 => new FieldValue.Texts(tape.Texts()),
        7 => new FieldValue.TextMap(tape.List(() => KeyValuePair.Create(tape.Text(), tape.Text()))),
        _ => throw TapeReader.Damaged(),
    };
}
