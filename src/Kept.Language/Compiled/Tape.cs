using System.Collections.Immutable;
using System.Text;
using Kept.Model;

namespace Kept.Language.Compiled;

/// <summary>Writes the values of the compiled form: numbers as varints, each text, file and shared thing once.</summary>
internal sealed class TapeWriter
{
    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<object, int> _shared = new(ReferenceEqualityComparer.Instance);
    private byte[] _bytes = new byte[1 << 16];
    private int _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Byte(byte value)
    {
        Reserve(1);
        _bytes[_length++] = value;
    }

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void Whole(long value)
    {
        // zigzag, so that small negative numbers are short too
        var rest = unchecked((ulong)((value << 1) ^ (value >> 63)));
        Reserve(10);
        for (; rest >= 0x80; rest >>= 7) _bytes[_length++] = unchecked((byte)(rest | 0x80));
        _bytes[_length++] = (byte)rest;
    }

    public void Amount(decimal value)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        foreach (var part in parts) Whole(part);
    }

    public void Text(string? value)
    {
        if (value is null)
        {
            Whole(-1);
            return;
        }
        if (_texts.TryGetValue(value, out var known))
        {
            Whole(known);
            return;
        }
        Whole(_texts.Count);
        _texts.Add(value, _texts.Count);
        Whole(Encoding.UTF8.GetByteCount(value));
        Raw(Encoding.UTF8.GetBytes(value));
    }

    public void Texts(ImmutableArray<string> values) => List(values, Text);

    public void List<T>(ImmutableArray<T> values, Action<T> write)
    {
        if (values.IsDefault) values = [];
        Whole(values.Length);
        foreach (var value in values) write(value);
    }

    public void Maybe<T>(T? value, Action<T> write) where T : struct
    {
        Flag(value.HasValue);
        if (value is { } there) write(there);
    }

    public void MaybeOf<T>(T? value, Action<T> write) where T : class
    {
        Flag(value is not null);
        if (value is not null) write(value);
    }

    /// <summary>A thing that many hold by reference: once in full, then by number.</summary>
    public void Shared<T>(T value, Action<T> write) where T : class
    {
        if (_shared.TryGetValue(value, out var known))
        {
            Whole(known);
            return;
        }
        Whole(_shared.Count);
        _shared.Add(value, _shared.Count);
        write(value);
    }

    public void At(Place at)
    {
        var path = at.File?.Path ?? "";
        var isNew = !_files.TryGetValue(path, out var file);
        if (isNew) _files.Add(path, file = _files.Count);
        Whole(file);
        if (isNew) Text(path);
        Whole(at.Line);
        Whole(at.Column);
        Whole(at.Length);
    }

    public void Quantity(Quantity value)
    {
        Byte((byte)value.Dimension);
        Amount(value.Amount);
        Whole(value.PerNanoseconds);
    }

    public void Name(PromiseName name)
    {
        Text(name.Agent);
        Text(name.Promise);
        Whole(name.Line);
    }

    private void Reserve(int more)
    {
        if (_length + more > _bytes.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + more));
    }
}

/// <summary>Reads what <see cref="TapeWriter"/> wrote. Whatever does not fit throws <see cref="InvalidDataException"/>; no count is believed beyond the bytes there are.</summary>
internal sealed class TapeReader(byte[] bytes, int from, int to)
{
    private readonly List<string> _texts = [];
    private readonly List<SourceFile> _files = [];
    private readonly List<object?> _shared = [];
    private int _at = from;
    private long _days;

    public bool IsAtEnd => _at == to;

    public byte Byte() => _at < to ? bytes[_at++] : throw Damaged();

    public bool Flag() => Byte() != 0;

    /// <summary>One of a closed set, stored as its number.</summary>
    public T One<T>() where T : struct, Enum => (T)Enum.ToObject(typeof(T), Byte()) is var one && Enum.IsDefined(one) ? one : throw Damaged();

    public long Whole()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var part = Byte();
            value |= unchecked((ulong)(part & 0x7F) << shift);
            if (part < 0x80) return unchecked((long)(value >> 1) ^ -(long)(value & 1));
        }
        throw Damaged();
    }

    public int Int() => Whole() is var value and >= int.MinValue and <= int.MaxValue ? (int)value : throw Damaged();

    /// <summary>A span on dates as documents may write it.</summary>
    public DatedSpan Dated()
    {
        var span = new DatedSpan(Int(), Int(), Byte(), Int(), Int());
        return span is { First: >= DatedSpan.Earliest, Last: <= DatedSpan.Latest, Days: > 0 and <= DatedSpan.EveryDay, From: >= 0 and <= DatedSpan.MinutesPerDay }
            && span.First <= span.Last && span.Last - span.First < DatedSpan.MostDays && span.To > span.From && span.To - span.From <= DatedSpan.MostDays * DatedSpan.MinutesPerDay ? span : throw Damaged();
    }

    /// <summary>One calendar, and all of them, hold no more days than those of documents.</summary>
    public void HoldDays(Calendar calendar)
    {
        var days = calendar.Days;
        if (days > Calendar.MostDays || (_days += days) > Calendar.MostDaysOfHouse) throw Damaged();
    }

    /// <summary>A length of time as documents may write it: not negative, and no longer than <paramref name="atMost"/>, a hundred years where nothing is said.</summary>
    public Duration Length(Duration? atMost = null) => Whole() is var length && length >= 0 && length <= (atMost ?? Duration.Days(36_525)).Nanoseconds ? new Duration(length) : throw Damaged();

    public int Count() => Int() is var count and >= 0 && count <= to - _at ? count : throw Damaged();

    public decimal Amount()
    {
        Span<int> parts = [Int(), Int(), Int(), Int()];
        return new decimal(parts);
    }

    public string? MaybeText()
    {
        var index = Int();
        if (index == -1) return null;
        if (index < 0 || index > _texts.Count) throw Damaged();
        if (index < _texts.Count) return _texts[index];
        var length = Count();
        var text = Encoding.UTF8.GetString(bytes, _at, length);
        _at += length;
        _texts.Add(text);
        return text;
    }

    public string Text() => MaybeText() ?? throw Damaged();

    /// <summary>A zone that this program's tzdb knows: what was compiled with another may name one that is gone.</summary>
    public string Zone() => Text() is var zone && NodaTime.DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone) is not null ? zone : throw Damaged();

    public ImmutableArray<string> Texts() => List(Text);

    public ImmutableArray<T> List<T>(Func<T> read)
    {
        var count = Count();
        if (count == 0) return [];
        var items = ImmutableArray.CreateBuilder<T>(count);
        for (var i = 0; i < count; i++) items.Add(read());
        return items.MoveToImmutable();
    }

    public T? Maybe<T>(Func<T> read) where T : struct => Flag() ? read() : null;

    public T? MaybeOf<T>(Func<T> read) where T : class => Flag() ? read() : null;

    public T Shared<T>(Func<T> read) where T : class
    {
        var index = Int();
        if (index < 0 || index > _shared.Count) throw Damaged();
        if (index < _shared.Count) return _shared[index] as T ?? throw Damaged();
        _shared.Add(null);
        var value = read();
        _shared[index] = value;
        return value;
    }

    /// <summary>Parts that were written for each promise and are alike, each once.</summary>
    public SharedParts Parts { get; } = new();

    public Place At()
    {
        var index = Int();
        if (index < 0 || index > _files.Count) throw Damaged();
        if (index == _files.Count) _files.Add(File(Text()));
        return new Place(_files[index], Int(), Int(), Int());
    }

    public Quantity Quantity()
    {
        var dimension = One<Dimension>();
        var amount = Amount();
        var per = Whole();
        return per >= 0 && (per > 0 || dimension != Dimension.Rate) ? new Quantity(amount, dimension, per) : throw Damaged();
    }

    public PromiseName Name() => new(Text(), Text(), Int());

    public static InvalidDataException Damaged() => new("the compiled house is damaged");

    private static SourceFile File(string path) => path.Length == 0 ? SourceFile.None : new SourceFile(path);
}
