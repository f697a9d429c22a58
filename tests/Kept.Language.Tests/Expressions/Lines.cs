using Kept.Model;
using Xunit;

namespace Kept.Language.Tests.Expressions;

/// <summary>One line as a document would hold it, read by a kind of check that sees one name of every form.</summary>
internal static class Lines
{
    public static readonly CheckKind Kind = new("http", "An HTTP request.", "[METHOD] URL", static _ => TargetReading.Wrong("none", "none"), [],
    [
        new("status", ObservedForm.Quantity, Dimension.Number, "the status code"),
        new("time", ObservedForm.Quantity, Dimension.Time, "the whole time"),
        new("time.dns", ObservedForm.Quantity, Dimension.Time, "time of name resolution", Optional: true),
        new("time.first-byte", ObservedForm.Quantity, Dimension.Time, "time to the first byte"),
        new("body", ObservedForm.Body, Dimension.Number, "the content"),
        new("header", ObservedForm.Map, Dimension.Number, "response headers"),
        new("certificate.expires-in", ObservedForm.Quantity, Dimension.Time, "until the certificate ends", Optional: true),
        new("size", ObservedForm.Quantity, Dimension.Size, "bytes of the content"),
        new("loss", ObservedForm.Quantity, Dimension.Ratio, "share of lost packets"),
        new("throughput", ObservedForm.Quantity, Dimension.Rate, "events per time"),
        new("ip", ObservedForm.Text, Dimension.Number, "the address that answered"),
        new("answers", ObservedForm.List, Dimension.Number, "all records"),
        new("redirected", ObservedForm.Flag, Dimension.Number, "whether it was redirected"),
    ], []);

    public static readonly QuantityType PictureLag = new("picture-lag", Dimension.Time, Direction.Provider, QuantitySource.Measured, "time to screen");

    public static readonly SourceFile File = new("kept.yaml");

    public static ScalarText Of(string text) => new(text, new Place(File, 7, 11, text.Length), true);

    public static QuantityType? Types(string name) => name == "picture-lag" ? PictureLag : QuantityType.BuiltIn.FirstOrDefault(known => known.Name == name);

    public static T Reads<T>(string text, Func<ScalarText, Problems, T?> read)
    {
        var problems = new Problems();
        var result = read(Of(text), problems);
        Assert.True(problems.Found.Count == 0, text + "\n" + string.Join("\n", problems.Found.Select(Shown)));
        Assert.NotNull(result);
        return result;
    }

    public static Diagnostic Refuses<T>(string text, Func<ScalarText, Problems, T?> read)
    {
        var problems = new Problems();
        var result = read(Of(text), problems);
        Assert.True(problems.Found.Count > 0, $"{text} was read as {result}");
        Assert.Null(result);
        return problems.Found[0];
    }

    /// <summary>The code, what is marked, the message and the help: what a person reads.</summary>
    public static string Shown(Diagnostic problem) => $"{problem.Code} {problem.At.Line}:{problem.At.Column}+{problem.At.Length} {problem.Message}\n    help: {problem.Help}";

    public static Expression? Expect(ScalarText text, Problems problems) => ExpressionReader.Expectation(text, Kind, problems);

    public static Expression? Given(ScalarText text, Problems problems) => ExpressionReader.Condition(text, "live-show", problems);

    /// <summary>Of a promise whose check measures the lag of pictures.</summary>
    public static Expression? RegimeOf(ScalarText text, Problems problems) =>
        ExpressionReader.Regime(text, Speech.Regime(Kind, "live-show", name => name == PictureLag.Name ? PictureLag : null, Types), problems);

    public static Expression? Uses(ScalarText text, Problems problems) => ExpressionReader.Dependence(text, "live-show", problems);

    public static Objective? Keeps(ScalarText text, Problems problems) => ExpressionReader.Objective(text, Types, problems);

    public static UseLimit? Use(ScalarText text, Problems problems) => ExpressionReader.Use(text, Types, problems);

    public static Measure? Measured(ScalarText text, Problems problems) => ExpressionReader.Measure(PictureLag, text, Kind, problems);

    /// <summary>The fields of the language by the word that the tables of the tests use.</summary>
    public static Func<ScalarText, Problems, object?> Field(string field) => field switch
    {
        "expect" => Expect,
        "given" => Given,
        "regime" => RegimeOf,
        "uses" => Uses,
        "keeps" => Keeps,
        "use" => Use,
        "alerts" => ExpressionReader.Burn,
        "measure" => Measured,
        "time" => (text, problems) => ExpressionReader.Duration(text, problems) is { } duration ? duration : null,
        "rate" => (text, problems) => ExpressionReader.Quantity(text, Dimension.Rate, problems) is { } quantity ? quantity : null,
        "share" => (text, problems) => ExpressionReader.Quantity(text, Dimension.Ratio, problems) is { } quantity ? quantity : null,
        "size" => (text, problems) => ExpressionReader.Quantity(text, Dimension.Size, problems) is { } quantity ? quantity : null,
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, null),
    };
}
