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
        try
        {
            var (file, stamp, why) = NamedFiles.Look(NamedFiles.PathOf(dialer.Options.Folder, request.Check.At, name));
            if (file is null) throw Wrong(name, why!);
            lock (_gate)
                if (_files.TryGetValue(file.FullName, out var known) && known.Stamp == stamp)
                    return known.Schema;
            var (bytes, unread) = NamedFiles.Read(file);
            if (unread is not null) throw Wrong(name, unread);
            var schema = Schema.Of(Schema.FilesOf(bytes));
            lock (_gate)
            {
                if (_files.Count >= MostHeld) _files.Clear();
                _files[file.FullName] = (stamp, schema);
            }
            return schema;
        }
        catch (ArgumentException)
        {
            throw Wrong(name, "cannot be read");
        }
        catch (FormatException fault)
        {
            throw Wrong(name, $"is no set of descriptors: {fault.Message}");
        }
    }

    private static EgressException Wrong(string name, string what) => EgressException.OfUs(GapCause.Fault, $"the file of descriptors `{name}` {what}; {Write}");

    /// <summary>What to write where a file is none.</summary>
    public const string Write = "name one, by its path from the document, that protoc --include_imports --descriptor_set_out=FILE made";
}
