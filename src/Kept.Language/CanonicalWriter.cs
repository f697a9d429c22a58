using System.Buffers;

namespace Kept.Language;

/// <summary>
/// Writes texts, lists and objects as <see cref="CanonicalJson"/> would, without a tree in between: members are given in the order of their names (by UTF-16 code units), and any other order is a
/// fault of whoever writes. For what is hashed a hundred thousand times; everything else goes by <see cref="CanonicalJson"/>.
/// </summary>
internal sealed class CanonicalWriter
{
    private readonly ArrayBufferWriter<char> _text = new(2048);
    private readonly Stack<string?> _names = [];
    private bool _isFirst = true;

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        _text.ResetWrittenCount();
        _names.Clear();
        _isFirst = true;
    }

    public void BeginObject() => Begin('{');

    public void EndObject() => End('}');

    public void BeginList() => Begin('[');

    public void EndList() => End(']');

    /// <summary>The name of the member that comes next.</summary>
    /// <exception cref="InvalidOperationException">It does not come after the one before.</exception>
    public void Name(string name)
    {
        if (_names.Pop() is { } before && string.CompareOrdinal(before, name) >= 0) throw new InvalidOperationException($"'{name}' stands after '{before}'");
        _names.Push(name);
        Text(name);
        Put(':');
        _isFirst = true;
    }

    /// <summary>A text: an item, or the value of the member just named.</summary>
    public void Text(string content)
    {
        Separate();
        Put('"');
        CanonicalJson.Escape(content, _text);
        Put('"');
    }

    /// <summary>A member with a text; nothing where there is none.</summary>
    public void Put(string name, string? text)
    {
        if (string.IsNullOrEmpty(text)) return;
        Name(name);
        Text(text);
    }

    /// <summary>A member with a list of texts; nothing where there is none.</summary>
    public void Put(string name, IEnumerable<string> texts)
    {
        var isOpen = false;
        foreach (var text in texts)
        {
            if (!isOpen)
            {
                Name(name);
                BeginList();
                isOpen = true;
            }
            Text(text);
        }
        if (isOpen) EndList();
    }

    /// <summary>What was written, as UTF-8.</summary>
    /// <exception cref="ArgumentException">A text holds half a character.</exception>
    public byte[] ToBytes() => CanonicalJson.Bytes(_text.WrittenSpan);

    private void Begin(char bracket)
    {
        Separate();
        Put(bracket);
        _names.Push(null);
        _isFirst = true;
    }

    private void End(char bracket)
    {
        Put(bracket);
        _names.Pop();
        _isFirst = false;
    }

    private void Separate()
    {
        if (!_isFirst) Put(',');
        _isFirst = false;
    }

    private void Put(char one)
    {
        _text.GetSpan(1)[0] = one;
        _text.Advance(1);
    }
}
