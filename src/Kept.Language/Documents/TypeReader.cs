using Kept.Model;

namespace Kept.Language.Documents;

/// <summary>Reads the quantities that an agent declares beyond the built-in ones.</summary>
internal static class TypeReader
{
    private static readonly Dictionary<string, QuantityType> BuiltIn = QuantityType.BuiltIn.ToDictionary(type => type.Name, StringComparer.Ordinal);

    public static QuantityType? OfName(string name) => BuiltIn.GetValueOrDefault(name);

    public static IEnumerable<string> BuiltInNames => BuiltIn.Keys;

    public static Dictionary<string, QuantityType> Read(Written document, Reading reading)
    {
        var types = new Dictionary<string, QuantityType>(StringComparer.Ordinal);
        foreach (var (key, value) in document.Pairs("types"))
        {
            var name = FieldValues.Name(key.Content, "a quantity", reading.Problems);
            if (Written.Of(DocumentTables.Type, value, reading, key.At) is not { } written || name is null) continue;
            if (BuiltIn.ContainsKey(name))
            {
                reading.Problems.Error(Codes.TypeDefinition, key.At, $"`{name}` is a built-in quantity", "it means the same to everybody; use it as it is, or choose another name");
                continue;
            }
            var direction = written.Scalar("direction") is { } word ? FieldValues.OneOf(word, ["provider", "consumer"], reading.Problems) : null;
            var dimension = written.Scalar("unit") is { } unit ? DimensionOf(unit, reading.Problems) : null;
            // kept with what can be read, so that one fault here is not told again wherever the quantity is used
            types[reading.Texts.Share(name)] = new QuantityType(name, dimension ?? Dimension.Number, direction == "consumer" ? Direction.Consumer : Direction.Provider,
                QuantitySource.Measured, written.Text("means") ?? "");
        }
        return types;
    }

    private static Dimension? DimensionOf(ScalarText unit, Problems problems)
    {
        switch (unit.Text)
        {
            case "ns" or "us" or "ms" or "s" or "m" or "h" or "d" or "w":
                return Dimension.Time;
            case "%":
                return Dimension.Ratio;
            case "B" or "kB" or "MB" or "GB" or "TB" or "KiB" or "MiB" or "GiB" or "TiB":
                return Dimension.Size;
            case "1":
                return Dimension.Number;
            case ['/', .. var per] when per is "ns" or "us" or "ms" or "s" or "m" or "h" or "d" or "w":
                return Dimension.Rate;
            default:
                problems.Error(Codes.TypeDefinition, unit.At, $"`{FieldValues.Short(unit)}` is no unit", "write a unit of time (s), size (B), share (%), rate (/s), or 1 for a plain number");
                return null;
        }
    }
}
