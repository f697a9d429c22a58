using System.Collections.Immutable;
using System.Text.Json;
using Kept.Model;

namespace Kept.Checks.Prometheus;

/// <summary>What an instant query gave (https://prometheus.io/docs/prometheus/latest/querying/api/).</summary>
/// <param name="Values">One for each series; null for one that is no finite number, or no exact one.</param>
/// <param name="Warnings">What is wrong with it.</param>
internal sealed record QueryAnswer(ImmutableArray<decimal?> Values, ImmutableArray<string> Warnings)
{
    private const int MostSeries = 10_000, MostWarnings = 16;
    private static readonly JsonDocumentOptions Shallow = new() { MaxDepth = 16 };

    /// <summary>Reads it; or says in words why it is none.</summary>
    public static (QueryAnswer? Answer, string? Error) Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body, Shallow);
            var root = json.RootElement;
            return Text(root, "status") switch
            {
                "success" => (new QueryAnswer(ValuesOf(root.GetProperty("data")), WarningsOf(root)), null),
                "error" => (null, $"{Text(root, "errorType") ?? "error"}: {Text(root, "error")}"),
                _ => (null, "it is no answer of the HTTP API of Prometheus"),
            };
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException or InvalidDataException or IndexOutOfRangeException)
        {
            return (null, fault is InvalidDataException ? fault.Message : "it is no answer of the HTTP API of Prometheus");
        }
    }

    private static ImmutableArray<decimal?> ValuesOf(JsonElement data)
    {
        var result = data.GetProperty("result");
        switch (Text(data, "resultType"))
        {
            case "scalar":
                return [ValueOf(result)];
            case "vector":
                if (result.GetArrayLength() > MostSeries) throw new InvalidDataException($"there are more than {MostSeries:N0} series: ask for less, such as sum(…)");
                // A native histogram has no `value`: it is no number
                return [.. result.EnumerateArray().Select(series => series.TryGetProperty("value", out var value) ? ValueOf(value) : null)];
            case "matrix":
                throw new InvalidDataException("the query asks for a stretch of time; ask for its value now, such as rate(…)");
            default:
                throw new InvalidDataException("the query gives a text, not numbers");
        }
    }

    /// <summary><c>[1700000000.123, "0.995"]</c>: the value is text, so it is read exactly.</summary>
    private static decimal? ValueOf(JsonElement sample) => ExactDecimal.Read(sample[1].GetString());

    private static ImmutableArray<string> WarningsOf(JsonElement root) =>
        root.TryGetProperty("warnings", out var warnings) && warnings.ValueKind == JsonValueKind.Array
            ? [.. warnings.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.String).Take(MostWarnings).Select(one => one.GetString()!)]
            : [];

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    public decimal? Single => Values is [{ } one] ? one : null;

    /// <summary>All of them, or nothing where one of them is unknown: what holds for those that are known says nothing of the others.</summary>
    public Value? All => Values.IsEmpty || Values.Any(value => value is null) ? null : new Value.List([.. Values.Select(value => Value.Of(value!.Value))]);
}
