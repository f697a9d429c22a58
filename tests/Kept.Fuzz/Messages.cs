using System.Collections.Frozen;
using System.Text.Json;
using Kept.Checks.Grpc;
using Kept.Model;

namespace Kept.Fuzz;

/// <summary>
/// Descriptors of protocol buffers and a message after them, as a server sends both: two bytes of a length, so many of descriptors, and the message. What is understood can be
/// written as JSON that others read, and sent again.
/// </summary>
internal static class Messages
{
    public static IEnumerable<(string Name, byte[] Bytes)> Seeds(string root)
    {
        foreach (var file in Schema.FilesOf(File.ReadAllBytes(Path.Combine(root, "tests", "Kept.Checks.Tests", "Grpc", "all.pb"))))
            if (Schema.NamesOf(file).Name is var name && name is "legacy.proto" or "modern.proto" or "google/protobuf/struct.proto" or "google/protobuf/timestamp.proto" or "google/protobuf/field_mask.proto")
            {
                var set = new ProtoWriter();
                set.Counted(1, file.Span);
                yield return (Path.GetFileNameWithoutExtension(name), [(byte)(set.Written.Length & 0xff), (byte)(set.Written.Length >> 8), .. set.Written, 0x0a, 1, 0x61, 0x18, 1]);
            }
    }

    private static readonly string[] Requests = ["{}", """{"id": "${env:ID}", "wait": 3}"""];

    /// <summary>A check as a document would have it, whose question is held against the descriptors.</summary>
    private static Check Asking(string method, string request) => new("grpc", Kept.Checks.CheckCatalog.Kinds.First(kind => kind.Name == "grpc"), new CheckTarget("x:1", "x", 1, "", ""),
        new Dictionary<string, FieldValue> { ["method"] = new FieldValue.Text(method), ["descriptors"] = new FieldValue.Text("x.pb"), ["request"] = new FieldValue.Text(request) }.ToFrozenDictionary(),
        Duration.Seconds(60), Duration.Seconds(10), Confirmation.AtOnce, [], [], Place.None);

    public static bool Read(byte[] bytes)
    {
        if (bytes.Length < 2) return false;
        var length = Math.Min(bytes[0] | bytes[1] << 8, bytes.Length - 2);
        var isRead = false;
        try
        {
            var schema = Schema.Of(Schema.FilesOf(bytes.AsMemory(2, length)));
            var held = HeldQuestion.By(bytes.AsMemory(2, length));
            var steps = 100_000L;
            foreach (var request in Requests) _ = held.Holds?.Invoke(Asking("kept.test.Orders/Get", request), ref steps) ?? held.Holds?.Invoke(Asking("kept.test.Orders/Watch", request), ref steps);
            foreach (var service in schema.Services.Take(4)) _ = schema.Method(service, "Get");
            foreach (var name in schema.Messages.Take(8).ToList()) isRead |= Read(schema, name, bytes.AsSpan(2 + length));
        }
        catch (FormatException)
        {
            // refused, in words
        }
        return isRead;
    }

    private static bool Read(Schema schema, string name, ReadOnlySpan<byte> message)
    {
        try
        {
            var shape = schema.Message(name);
            var json = ProtoJson.Write(shape, message, schema);
            try
            {
                using var document = JsonDocument.Parse(json);
            }
            catch (JsonException fault)
            {
                throw new BrokenPromiseException($"what was written is no JSON: {fault.Message}");
            }
            _ = ProtoRequest.Write(shape, json, schema);
            var steps = 100_000L;
            ProtoRequest.Hold(shape, json, schema, ref steps);
            return true;
        }
        catch (FormatException)
        {
            return false; // refused, in words
        }
    }
}
