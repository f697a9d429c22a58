using System.Buffers;
using System.Globalization;
using System.Text;
using Kept.Model;

namespace Kept.Server.Metrics;

/// <summary>
/// Writes the OpenMetrics text format 1.0 (https://github.com/prometheus/OpenMetrics, specification/OpenMetrics.md) straight into bytes: each family once,
/// its samples together, label values escaped, <c># EOF</c> at the end.
/// </summary>
internal sealed class OpenMetrics(IBufferWriter<byte> output)
{
    public const string ContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private string _family = "";

    /// <summary>Begins a family.</summary>
    /// <param name="name">Without the suffix that samples of counters have; ends in the unit where there is one.</param>
    /// <param name="type">gauge, counter, stateset or info.</param>
    /// <param name="unit">seconds, ratio; empty where there is none.</param>
    /// <param name="help">One sentence.</param>
    public void Family(string name, string type, string unit, string help)
    {
        _family = name;
        Write("# TYPE ");
        Write(name);
        Write(" ");
        Write(type);
        if (unit.Length > 0)
        {
            Write("\n# UNIT ");
            Write(name);
            Write(" ");
            Write(unit);
        }
        Write("\n# HELP ");
        Write(name);
        Write(" ");
        Escaped(help);
        Write("\n");
    }

    /// <summary>One sample with a whole value.</summary>
    /// <param name="suffix">Empty, <c>_total</c> for counters, <c>_info</c> for infos.</param>
    /// <param name="labels">Already escaped by <see cref="Labels"/>, or empty.</param>
    /// <param name="more">Further labels, of this sample alone.</param>
    public void Sample(string suffix, ReadOnlySpan<byte> labels, long value, params ReadOnlySpan<(string Name, string? Value)> more)
    {
        Begin(suffix, labels, more);
        Span<byte> digits = stackalloc byte[24];
        value.TryFormat(digits, out var written, default, CultureInfo.InvariantCulture);
        output.Write(digits[..written]);
        Write("\n");
    }

    /// <summary>One sample with a decimal value, exactly as it is.</summary>
    public void Sample(string suffix, ReadOnlySpan<byte> labels, decimal value, params ReadOnlySpan<(string Name, string? Value)> more)
    {
        Begin(suffix, labels, more);
        Span<byte> digits = stackalloc byte[40];
        value.TryFormat(digits, out var written, "0.############################", CultureInfo.InvariantCulture);
        output.Write(digits[..written]);
        Write("\n");
    }

    /// <summary>One sample in seconds from a length of time.</summary>
    public void Seconds(ReadOnlySpan<byte> labels, long nanoseconds, params ReadOnlySpan<(string Name, string? Value)> more) => Sample("", labels, nanoseconds / 1_000_000_000m, more);

    /// <summary>One sample in seconds since 1970 from an instant.</summary>
    public void Moment(ReadOnlySpan<byte> labels, Instant at, params ReadOnlySpan<(string Name, string? Value)> more) => Sample("", labels, at.Microseconds / 1_000_000m, more);

    public void End() => Write("# EOF\n");

    /// <summary>Label pairs as bytes, made once for all samples of one thing.</summary>
    public static byte[] Labels(params ReadOnlySpan<(string Name, string Value)> pairs)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in pairs)
        {
            if (text.Length > 0) text.Append(',');
            text.Append(name).Append("=\"");
            foreach (var c in value) text.Append(Escape(c) ?? c.ToString());
            text.Append('"');
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private void Begin(string suffix, ReadOnlySpan<byte> labels, ReadOnlySpan<(string Name, string? Value)> more)
    {
        Write(_family);
        Write(suffix);
        if (labels.Length > 0)
        {
            Write("{");
            output.Write(labels);
            foreach (var (name, value) in more)
            {
                if (value is null) continue; // a label it does not have
                Write(",");
                Write(name);
                Write("=\"");
                Escaped(value);
                Write("\"");
            }
            Write("}");
        }
        Write(" ");
    }

    private void Escaped(string text)
    {
        if (text.AsSpan().IndexOfAny('\\', '"', '\n') < 0) Write(text);
        else foreach (var rune in text.EnumerateRunes()) Write(rune.IsBmp && Escape((char)rune.Value) is { } escaped ? escaped : rune.ToString());
    }

    private static string? Escape(char c) => c switch { '\\' => "\\\\", '"' => "\\\"", '\n' => "\\n", _ => null };

    private void Write(string text)
    {
        var span = output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length));
        output.Advance(Encoding.UTF8.GetBytes(text, span));
    }
}
