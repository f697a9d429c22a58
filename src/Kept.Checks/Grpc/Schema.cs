using System.Collections.Immutable;
using System.Text;

namespace Kept.Checks.Grpc;

/// <summary>
/// Services, messages and enums of descriptors (https://github.com/protocolbuffers/protobuf/blob/main/src/google/protobuf/descriptor.proto), which somebody else
/// wrote. All names are known at once; a message is understood when it is first needed. Safe for many looks at once.
/// </summary>
internal sealed class Schema
{
    public const int MostFiles = 4096;
    private const int MostNames = 200_000, DeepestNesting = 32, LastKnownEdition = 1001;

    private readonly record struct Piece(ReadOnlyMemory<byte> Bytes, Features Features, bool IsProto2);

    private readonly Dictionary<string, Piece> _messages = [], _enums = [], _services = [];
    private readonly Dictionary<string, MessageShape> _understood = [];
    private readonly Dictionary<string, EnumShape> _understoodEnums = [];
    private readonly Lock _gate = new();

    private Schema()
    {
    }

    public IEnumerable<string> Services => _services.Keys;
    public IEnumerable<string> Messages => _messages.Keys;

    /// <summary>The files of a <c>FileDescriptorSet</c>.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static ImmutableArray<ReadOnlyMemory<byte>> FilesOf(ReadOnlyMemory<byte> set)
    {
        var files = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        foreach (var (field, content) in Parts(set))
            if (field != 1) throw new FormatException("it is no set of descriptors");
            else if (files.Count == MostFiles) throw new FormatException($"it holds more than {MostFiles} files");
            else files.Add(content);
        return files.Count > 0 ? files.ToImmutable() : throw new FormatException("it holds no descriptors");
    }

    /// <summary>Name and imports of one file.</summary>
    public static (string Name, ImmutableArray<string> Needs) NamesOf(ReadOnlyMemory<byte> file)
    {
        var (name, needs) = ("", ImmutableArray.CreateBuilder<string>());
        foreach (var (field, content) in Parts(file))
            if (field == 1) name = Text(content.Span);
            else if (field == 3) needs.Add(Text(content.Span));
        return (name, needs.ToImmutable());
    }

    /// <param name="files">Each a <c>FileDescriptorProto</c>.</param>
    /// <exception cref="FormatException">They cannot be understood; the message says why.</exception>
    public static Schema Of(IEnumerable<ReadOnlyMemory<byte>> files)
    {
        var schema = new Schema();
        foreach (var file in files) schema.Add(file);
        return schema;
    }

    /// <summary>A method of a service; null where the service has none of that name, or is not known.</summary>
    public MethodShape? Method(string service, string method) => Whole(() => MethodOf(service, method));

    private MethodShape? MethodOf(string service, string method)
    {
        if (!_services.TryGetValue(service, out var piece)) return null;
        foreach (var (field, content) in Parts(piece.Bytes))
        {
            if (field != 2) continue;
            var (name, input, output, streams) = ("", "", "", false);
            for (var reader = new ProtoReader(content.Span); !reader.IsAtEnd;)
                switch (reader.Tag())
                {
                    case (1, WireForm.Counted):
                        name = Text(reader.Counted());
                        break;
                    case (2, WireForm.Counted):
                        input = TypeName(reader.Counted());
                        break;
                    case (3, WireForm.Counted):
                        output = TypeName(reader.Counted());
                        break;
                    case (5 or 6, WireForm.Varint):
                        streams |= reader.Varint() != 0;
                        break;
                    case var (other, form):
                        reader.Skip(other, form);
                        break;
                }
            if (name == method) return new MethodShape(input, output, streams);
        }
        return null;
    }

    /// <summary>The methods of a service, for the message that one is not there.</summary>
    public IEnumerable<string> MethodsOf(string service) =>
        Whole<List<string>>(() => _services.TryGetValue(service, out var piece) ? [.. Parts(piece.Bytes).Where(part => part.Field == 2).Select(part => NameOf(part.Content))] : []);

    /// <summary>Whether a message of that name is known.</summary>
    public bool Knows(string message) => _messages.ContainsKey(message);

    /// <exception cref="FormatException">There is none, or it cannot be understood.</exception>
    public MessageShape Message(string name)
    {
        lock (_gate)
        {
            if (_understood.TryGetValue(name, out var known)) return known;
            if (!_messages.TryGetValue(name, out var piece)) throw Missing(name);
            return _understood[name] = Whole(() => MessageReader.Read(name, piece.Bytes, piece.Features, piece.IsProto2, this));
        }
    }

    /// <exception cref="FormatException">There is none, or it cannot be understood.</exception>
    public EnumShape Enum(string name)
    {
        lock (_gate)
        {
            if (_understoodEnums.TryGetValue(name, out var known)) return known;
            if (!_enums.TryGetValue(name, out var piece)) throw Missing(name);
            return _understoodEnums[name] = Whole(() => MessageReader.ReadEnum(name, piece.Bytes, piece.Features));
        }
    }

    /// <summary>What breaks the encoding here is no fault of a message.</summary>
    private static T Whole<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException fault) when (fault is not BrokenDescriptorsException)
        {
            throw new BrokenDescriptorsException(fault.Message);
        }
    }

    private static BrokenDescriptorsException Missing(string name) => new($"the type {name} is not among them; compile them with protoc --include_imports");

    private void Add(ReadOnlyMemory<byte> file)
    {
        var (package, syntax, edition) = ("", "", 0ul);
        ReadOnlyMemory<byte> options = default;
        var parts = Parts(file, (field, number) =>
        {
            if (field == 14) edition = number;
        });
        foreach (var (field, content) in parts)
            switch (field)
            {
                case 2:
                    package = Text(content.Span);
                    break;
                case 8:
                    options = content;
                    break;
                case 12:
                    syntax = Text(content.Span);
                    break;
            }
        if (edition > LastKnownEdition) throw new BrokenDescriptorsException($"a file is of a later edition of protocol buffers than 2024, and what holds in it is not known here");
        var features = (syntax switch
        {
            "" or "proto2" => Features.Proto2,
            "proto3" => Features.Proto3,
            "editions" when edition == 998 => Features.Proto2,
            "editions" when edition == 999 => Features.Proto3,
            "editions" when edition > 999 => Features.Editions,
            _ => throw new BrokenDescriptorsException($"a file is of a syntax that is not known"),
        }).WithOptions(options.Span, 50);
        var prefix = package.Length == 0 ? "" : package + ".";
        foreach (var (field, content) in parts)
            switch (field)
            {
                case 4:
                    AddMessage(prefix, content, features, syntax is "" or "proto2", 1);
                    break;
                case 5:
                    Add(_enums, prefix + NameOf(content), new(content, features, false));
                    break;
                case 6:
                    Add(_services, prefix + NameOf(content), new(content, features, false));
                    break;
            }
    }

    private void AddMessage(string prefix, ReadOnlyMemory<byte> message, Features outer, bool isProto2, int depth)
    {
        if (depth > DeepestNesting) throw new BrokenDescriptorsException($"messages are declared within each other more than {DeepestNesting} deep");
        var parts = Parts(message);
        var features = outer;
        foreach (var (field, content) in parts)
            if (field == 7)
                features = features.WithOptions(content.Span, 12);
        var name = prefix + NameOf(message);
        Add(_messages, name, new(message, features, isProto2));
        foreach (var (field, content) in parts)
            if (field == 3) AddMessage(name + ".", content, features, isProto2, depth + 1);
            else if (field == 4) Add(_enums, $"{name}.{NameOf(content)}", new(content, features, false));
    }

    private void Add(Dictionary<string, Piece> into, string name, Piece piece)
    {
        if (_messages.Count + _enums.Count + _services.Count >= MostNames) throw new BrokenDescriptorsException($"they declare more than {MostNames:N0} names");
        // the same file may stand there twice; whichever is first is taken
        into.TryAdd(name, piece);
    }

    private static string NameOf(ReadOnlyMemory<byte> part)
    {
        foreach (var (field, content) in Parts(part))
            if (field == 1)
                return Text(content.Span);
        return "";
    }

    /// <summary>The counted fields of a message, in their order.</summary>
    /// <param name="numbers">Told the others that are numbers.</param>
    internal static List<(int Field, ReadOnlyMemory<byte> Content)> Parts(ReadOnlyMemory<byte> message, Action<int, ulong>? numbers = null)
    {
        var parts = new List<(int, ReadOnlyMemory<byte>)>();
        for (var reader = new ProtoReader(message.Span); !reader.IsAtEnd;)
        {
            var (field, form) = reader.Tag();
            if (form == WireForm.Counted)
            {
                var length = reader.Counted().Length;
                parts.Add((field, message.Slice(message.Length - reader.Left - length, length)));
            }
            else if (form == WireForm.Varint)
            {
                var number = reader.Varint();
                numbers?.Invoke(field, number);
            }
            else reader.Skip(field, form);
        }
        return parts;
    }

    /// <summary>A type by its full name: <c>.orders.v1.Order</c>.</summary>
    internal static string TypeName(ReadOnlySpan<byte> bytes) => Text(bytes) is ['.', .. var name] ? name : throw new BrokenDescriptorsException($"a type is not named in full; they are none that protoc wrote");

    internal static string Text(ReadOnlySpan<byte> bytes)
    {
        if (!System.Text.Unicode.Utf8.IsValid(bytes) || bytes.Length > 4096 || bytes.ContainsAnyInRange((byte)0, (byte)31)) throw new BrokenDescriptorsException($"a name in them is none");
        return Encoding.UTF8.GetString(bytes);
    }
}
