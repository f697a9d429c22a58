using Kept.Checks.Grpc;
using Xunit;

namespace Kept.Checks.Tests.Grpc;

/// <summary>Descriptors as protoc writes them, and as nobody should.</summary>
public sealed class SchemaTests
{
    private static readonly byte[] Whole = File.ReadAllBytes(Path.Combine(ProtoJsonTests.Folder, "all.pb"));

    [Fact]
    public void Methods_are_found_by_their_names()
    {
        var schema = ProtoJsonTests.All;
        Assert.Equal(new MethodShape("kept.test.Asked", "kept.test.All", false), schema.Method("kept.test.Orders", "Get"));
        Assert.True(schema.Method("kept.test.Orders", "Watch")!.IsStreaming);
        Assert.True(schema.Method("kept.test.Orders", "Send")!.IsStreaming);
        Assert.Null(schema.Method("kept.test.Orders", "Put"));
        Assert.Null(schema.Method("kept.test.Others", "Get"));
        Assert.Equal(["Get", "Watch", "Send"], schema.MethodsOf("kept.test.Orders"));
    }

    [Fact]
    public void Each_field_is_as_its_syntax_or_edition_says()
    {
        FieldShape Field(string message, string name) => ProtoJsonTests.All.Message("kept.test." + message).Field(name)!;
        Assert.False(Field("All", "an_int32").HasPresence);
        Assert.True(Field("All", "maybe").HasPresence);
        Assert.Equal(-1, Field("All", "maybe").Oneof);
        Assert.True(Field("All", "numbers").IsPacked);
        Assert.False(Field("All", "loose").IsPacked);
        Assert.Equal("perchance", Field("All", "perhaps").JsonName);
        Assert.False(Field("All", "colour").Enum.IsClosed);
        Assert.True(Field("All", "a_text").DemandsUtf8);
        Assert.True(Field("All", "totals").IsMap);
        Assert.True(Field("legacy.Old", "size").HasPresence);
        Assert.True(Field("legacy.Old", "key").IsRequired);
        Assert.False(Field("legacy.Old", "loose").IsPacked);
        Assert.True(Field("legacy.Old", "packed").IsPacked);
        Assert.True(Field("legacy.Old", "part").IsDelimited);
        Assert.True(Field("legacy.Old", "state").Enum.IsClosed);
        Assert.False(Field("legacy.Old", "text").DemandsUtf8);
        Assert.True(Field("modern.New", "explicit").HasPresence);
        Assert.False(Field("modern.New", "implicit").HasPresence);
        Assert.True(Field("modern.New", "needed").IsRequired);
        Assert.True(Field("modern.New", "packed").IsPacked);
        Assert.False(Field("modern.New", "loose").IsPacked);
        Assert.True(Field("modern.New", "delimited").IsDelimited);
        Assert.True(Field("modern.New", "shade").Enum.IsClosed);
        Assert.False(Field("modern.New", "unverified").DemandsUtf8);
    }

    private static byte[] File_(Action<ProtoWriter> write)
    {
        var (file, set) = (new ProtoWriter(), new ProtoWriter());
        file.Text(1, "x.proto");
        file.Text(12, "proto3");
        write(file);
        set.Counted(1, file.Written);
        return set.Written.ToArray();
    }

    private static void Message(ProtoWriter into, int place, string name, Action<ProtoWriter>? write = null)
    {
        var message = new ProtoWriter();
        message.Text(1, name);
        write?.Invoke(message);
        into.Counted(place, message.Written);
    }

    private static void Field(ProtoWriter into, string name, long number, long type, string? typeName = null, long label = 1) => Message(into, 2, name, field =>
    {
        field.NonZero(3, number);
        field.NonZero(4, label);
        field.NonZero(5, type);
        if (typeName is not null) field.Text(6, typeName);
    });

    private static string Refused(byte[] set, string? message = "M")
    {
        var fault = Assert.ThrowsAny<FormatException>(() =>
        {
            var schema = Schema.Of(Schema.FilesOf(set));
            if (message is not null) _ = ProtoJson.Write(schema.Message(message), [], schema);
        });
        return fault.Message;
    }

    [Fact]
    public void Descriptors_that_cannot_be_are_refused_in_words()
    {
        Assert.Contains("holds no descriptors", Refused([]), StringComparison.Ordinal);
        Assert.Contains("no set of descriptors", Refused([0x12, 0]), StringComparison.Ordinal);
        Assert.Contains("breaks the encoding", Refused([0x0a, 5, 1]), StringComparison.Ordinal);
        Assert.Contains("more than 4096 files", Refused([.. Enumerable.Repeat((byte[])[0x0a, 0], 5000).SelectMany(one => one)]), StringComparison.Ordinal);
        Assert.Contains("a syntax that is not known", Refused(File_(file => file.Text(12, "proto4"))), StringComparison.Ordinal);
        Assert.Contains("a later edition", Refused(File_(file =>
        {
            file.Text(12, "editions");
            file.NonZero(14, 1002);
        })), StringComparison.Ordinal);
        Assert.Contains("the type M is not among them; compile them with protoc --include_imports", Refused(File_(_ => { })), StringComparison.Ordinal);
        foreach (var (number, type) in new[] { (0L, 5L), (1L << 29, 5), (1, 0), (1, 19), (-1, 5) })
            Assert.Contains("M declares a field that is none", Refused(File_(file => Message(file, 4, "M", message => Field(message, "x", number, type)))), StringComparison.Ordinal);
        Assert.Contains("M declares the number 1 twice", Refused(File_(file => Message(file, 4, "M", message =>
        {
            Field(message, "x", 1, 5);
            Field(message, "y", 1, 5);
        }))), StringComparison.Ordinal);
        Assert.Contains("M does not say the type of x", Refused(File_(file => Message(file, 4, "M", message => Field(message, "x", 1, 11)))), StringComparison.Ordinal);
        Assert.Contains("not named in full", Refused(File_(file => Message(file, 4, "M", message => Field(message, "x", 1, 11, "N")))), StringComparison.Ordinal);
        Assert.Contains("the type N is not among them", Refused(File_(file => Message(file, 4, "M", message => Field(message, "x", 1, 14, ".N")))), StringComparison.Ordinal);
        Assert.Contains("E has no values", Refused(File_(file =>
        {
            Message(file, 4, "M", message => Field(message, "x", 1, 14, ".E"));
            Message(file, 5, "E");
        })), StringComparison.Ordinal);
        Assert.Contains("an entry of a map without key and value", Refused(File_(file => Message(file, 4, "M", message => message.Counted(7, [0x38, 1])))), StringComparison.Ordinal);
        Assert.Contains("a name in them is none", Refused(File_(file => Message(file, 4, "M\n"))), StringComparison.Ordinal);
        Assert.Contains("more than 32 deep", Refused(File_(file => Deep(file, 4, 40))), StringComparison.Ordinal);

        static void Deep(ProtoWriter into, int place, int more) => Message(into, place, "D", message =>
        {
            if (more > 0) Deep(message, 3, more - 1);
        });
    }

    /// <summary>A file may say of google.protobuf what it likes: it is read without end nowhere, and nothing in it is a fault of ours.</summary>
    [Fact]
    public void Well_known_messages_of_another_make_lead_in_no_circle()
    {
        foreach (var name in new[] { "Int64Value", "Value", "Struct", "ListValue", "Timestamp", "Duration", "FieldMask", "Any" })
            foreach (var label in new long[] { 1, 3 })
                foreach (var type in new long[] { 11, 9, 5, 12, 14 })
                {
                    var set = File_(file =>
                    {
                        file.Text(2, "google.protobuf");
                        Message(file, 4, name, message =>
                        {
                            Field(message, "x", 1, type, type is 11 or 14 ? ".google.protobuf." + (type == 11 ? name : "NullValue") : null, label);
                            Field(message, "y", 2, type, type is 11 or 14 ? ".google.protobuf." + (type == 11 ? name : "NullValue") : null, label);
                        });
                        Message(file, 5, "NullValue", values => Message(values, 2, "NULL"));
                    });
                    var schema = Schema.Of(Schema.FilesOf(set));
                    foreach (var bytes in new byte[][] { [], [0x0a, 0], [0x0a, 2, 0x0a, 0], [0x08, 1], [0x0a, 1, 0x61, 0x12, 1, 0x61] })
                        try
                        {
                            _ = ProtoJson.Write(schema.Message("google.protobuf." + name), bytes, schema);
                        }
                        catch (FormatException)
                        {
                            // refused, in words
                        }
                    foreach (var json in new[] { "{}", "[]", "\"1s\"", "1", "null", "{\"@type\":\"x/google.protobuf.Any\",\"value\":{}}" })
                        try
                        {
                            _ = ProtoRequest.Write(schema.Message("google.protobuf." + name), json, schema);
                        }
                        catch (FormatException)
                        {
                            // refused, in words
                        }
                }
    }

    [Fact]
    public void Noise_in_descriptors_is_understood_or_refused_and_nothing_else()
    {
        var random = new Random(11);
        for (var i = 0; i < 3000; i++)
        {
            var bytes = Whole.ToArray();
            for (var changes = random.Next(1, 6); changes > 0; changes--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                var schema = Schema.Of(Schema.FilesOf(bytes));
                _ = schema.Method("kept.test.Orders", "Get");
                foreach (var name in new[] { "All", "legacy.Old", "modern.New" })
                {
                    _ = ProtoJson.Write(schema.Message("kept.test." + name), [0x0a, 0], schema);
                    _ = ProtoRequest.Write(schema.Message("kept.test." + name), "{\"key\":\"\",\"needed\":1}", schema);
                }
            }
            catch (FormatException)
            {
                // refused, in words
            }
        }
    }
}
