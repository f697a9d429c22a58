using System.Runtime.CompilerServices;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Grpc;

/// <summary>
/// What is known of methods: from files that documents name, read again when they change, and from servers that describe themselves, asked again after a while. Safe for
/// use by many looks at once.
/// </summary>
internal sealed class Descriptors(Dialer dialer, TimeProvider time)
{
    public const long LargestFile = 8 * 1024 * 1024;
    private const int MostHeld = 256;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private sealed record Told(Schema Schema, long At);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (string Stamp, Schema Schema)> _files = [];
    private readonly ConditionalWeakTable<Check, Told> _told = [];

    /// <summary>The descriptors that a check goes by.</summary>
    /// <exception cref="EgressException">They cannot be had, and whose fault that is.</exception>
    public async ValueTask<Schema> OfAsync(Check check, string service, GrpcCall call, Attempt attempt, CancellationToken deadline)
    {
        if (check.Setting<FieldValue.Text>(GrpcKind.DescriptorsField)?.Content is { Length: > 0 } file) return OfFile(attempt.Request, file);
        if (_told.TryGetValue(check, out var told) && time.GetElapsedTime(told.At) < Lifetime) return told.Schema;
        var schema = await Reflection.AskAsync(call, attempt, service, deadline);
        _told.AddOrUpdate(check, new Told(schema, time.GetTimestamp()));
        attempt.Restart("learning its methods"); // that is no part of the call
        return schema;
    }

    private Schema OfFile(LookRequest request, string name)
    {
        if (request.Trust != DocumentOrigin.Ours) throw EgressException.OfUs(GapCause.EgressDenied, "a document that is not ours may not name files of this machine; without descriptors the server is asked to describe itself");
        var path = Path.GetFullPath(name, Path.GetFullPath(Path.GetDirectoryName(request.Check.At.File?.Path ?? "") ?? "", Path.GetFullPath(dialer.Options.Folder)));
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists) throw Wrong(name, Directory.Exists(path) ? "is a folder" : "is not there");
            // what has no length (a pipe, a device) may never end, and is not opened
            if (file.Length == 0) throw Wrong(name, "is empty, or no plain file");
            if (file.Length > LargestFile) throw Wrong(name, $"has {file.Length:N0} bytes, and at most {LargestFile >> 20} MiB are read");
            var stamp = $"{file.Length}|{file.LastWriteTimeUtc.Ticks}";
            lock (_gate)
                if (_files.TryGetValue(path, out var known) && known.Stamp == stamp)
                    return known.Schema;
            var schema = Schema.Of(Schema.FilesOf(ReadWhole(path, file.Length)));
            lock (_gate)
            {
                if (_files.Count >= MostHeld) _files.Clear();
                _files[path] = (stamp, schema);
            }
            return schema;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or System.Security.SecurityException or NotSupportedException or ArgumentException)
        {
            throw Wrong(name, fault is UnauthorizedAccessException ? "may not be read by this user" : "cannot be read");
        }
        catch (FormatException fault)
        {
            throw Wrong(name, $"is no set of descriptors: {fault.Message}");
        }
    }

    private static byte[] ReadWhole(string path, long length)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[length];
        return bytes[..stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)]; // never more, also when it grows meanwhile
    }

    private static EgressException Wrong(string name, string what) =>
        EgressException.OfUs(GapCause.Fault, $"the file of descriptors `{name}` {what}; name one, by its path from the document, that protoc --include_imports --descriptor_set_out=FILE made");
}
