using Kept.Model;

namespace Kept.Checks.Command;

/// <summary>The kind <c>command</c>. It dials nothing: what it looks at is this machine, or whatever the program looks at.</summary>
internal static class CommandKind
{
    private static readonly Failure OutputEndless = StandardFailures.Failing("output-endless", "a program that does not stop writing", TargetFailure.TooLarge);

    public static readonly CheckKind Kind = new(
        "command", "Runs a program of this machine that `programs` in house.yaml allows, without a shell, and shows how it ended and what it wrote.", "/PATH/OF/PROGRAM", ReadTarget,
        Fields:
        [
            new("arguments", FieldForm.Texts, "what the program is given, one item for each argument; nothing in them is interpreted", MayHoldSecret: true),
            new("environment", FieldForm.TextMap, "the variables that the program sees, and no others; each must be allowed in house.yaml: `programs: ['/PATH with NAME']`", MayHoldSecret: true),
            new("unknown-codes", FieldForm.Texts, "exit codes by which the program says that it could not look: a gap, unless the check asks for exit-code", "3, 126, 127"),
            Settings.BodyLimit("64KiB"),
        ],
        Sees:
        [
            new("exit-code", ObservedForm.Quantity, Dimension.Number, "how it ended: 0 is well, 128 and more is by a signal; any but 0 is a failure unless the check asks for it", Typical: Value.Of(0m), AtLeast: 0, AtMost: 255),
            new("output", ObservedForm.Body, Dimension.Number, "what it wrote to its output: text, and JSON where it is JSON"),
            new("error-output", ObservedForm.Body, Dimension.Number, "what it wrote to its error output", Typical: new Value.Body("")),
            new("duration", ObservedForm.Quantity, Dimension.Time, "how long it ran", Typical: Value.Of(Duration.Milliseconds(100)), AtLeast: 0, IsOfLook: true),
            Seen.Time,
        ],
        Failures:
        [
            Ending("exit-code-1", "a program that ends with exit code 1", 1), Ending("exit-code-2", "a program that ends with exit code 2", 2), Ending("killed-by-signal", "a program that is killed", 137), "timeout",
            Writing("output-empty", "a program that writes nothing", ""), Writing("output-other", "a program that writes something else", "500 internal error\n"),
            "field-missing", "field-null", "field-other-type", OutputEndless, "ten-times-slower",
        ]);

    /// <summary>Another code than 0 is a failure, unless the check says itself what codes mean.</summary>
    private static Failure Ending(string name, string means, int code) => ToldFailures.Telling(name, means, asked => asked == "exit-code", _ => [("exit-code", Value.Of((decimal)code))]);

    /// <summary>Of a program that tells by its exit code nobody reads the output: only to whoever asks for it.</summary>
    private static Failure Writing(string name, string means, string output) => StandardFailures.Answering(
        name, means, look => Seen.IsAsked(look.Check, asked => asked == "output") ? [("output", new Value.Body(output))] : []);

    private static TargetReading ReadTarget(string text)
    {
        var path = text.Trim();
        const string example = "write its whole path, and what it is given under arguments: { command: /usr/lib/nagios/plugins/check_disk, arguments: [-w, 20%] }";
        if (path.Length == 0) return TargetReading.Wrong("the program is missing", example);
        if (!path.StartsWith('/')) return TargetReading.Wrong($"'{path}' is not the absolute path of a program", example);
        if (path.Contains('\0') || path.EndsWith('/') || path.Contains("//", StringComparison.Ordinal) || path.Split('/').Any(part => part is "." or ".."))
            return TargetReading.Wrong($"'{path}' is not the plain path of a program", "write it without . and .. and doubled slashes, as house.yaml does");
        return TargetReading.Of(new CheckTarget(text, "", 0, "", path));
    }
}
