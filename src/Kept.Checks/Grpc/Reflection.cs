using System.Collections.Immutable;
using System.Text;
using Kept.Egress;
using Kept.Model;

namespace Kept.Checks.Grpc;

/// <summary>
/// Asks a server for the descriptors of one of its services (https://github.com/grpc/grpc/blob/master/doc/server-reflection.md): in version v1, and in v1alpha where it
/// does not know that. Everything it sends is bounded, in bytes, files and rounds.
/// </summary>
internal static class Reflection
{
    private const long MostBytes = 4 * 1024 * 1024;
    private const int MostRounds = 16, MostFiles = 512;
    /// <summary>The most questions, one of them in the older way too.</summary>
    public const int MostAsks = MostRounds + 1;

    private static readonly string[] Methods = ["grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"];

    /// <exception cref="EgressException">They cannot be had, and whose fault that is.</exception>
    public static async ValueTask<Schema> AskAsync(GrpcCall call, Attempt attempt, string service, CancellationToken deadline)
    {
        var files = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        var method = Methods[0];
        var bytes = 0L;
        ImmutableArray<ReadOnlyMemory<byte>> next = [Question(4, service)];
        for (var round = 0; next.Length > 0; round++)
        {
            if (round == MostRounds) throw Broken(call, $"its descriptors did not come whole within {MostRounds} rounds");
            var (end, _) = await call.AskAsync(method, next, MostBytes, deadline);
            if (end.Code == GrpcAnswer.Unimplemented && round == 0)
            {
                method = Methods[1];
                (end, _) = await call.AskAsync(method, next, MostBytes, deadline);
                if (end.Code == GrpcAnswer.Unimplemented)
                    throw EgressException.OfUs(GapCause.Fault, $"{call.Where} does not describe its services (no reflection); write descriptors: FILE beside the method, made by protoc --include_imports --descriptor_set_out=FILE");
            }
            if (end.Code != 0) throw EgressException.OfTarget(TargetFailure.ReportedFailure, $"{call.Where} did not describe {service}: {end.CodeName} (grpc-status {end.Code}){(end.Message is { } message ? ": " + attempt.Quoted(message) : "")}");
            var before = files.Count;
            // what comes beside the descriptors counts as well
            bytes += end.Body.Length;
            if (bytes <= MostBytes)
                foreach (var one in call.Read(() => end.Messages(next.Length + 1)))
                    Take(call, attempt, service, one, files);
            if (bytes > MostBytes || files.Count > MostFiles) throw EgressException.OfTarget(TargetFailure.TooLarge, $"{call.Where} sent more descriptors than are read (4MiB, {MostFiles} files)");
            if (files.Count == before) throw Broken(call, $"it does not send all descriptors that {service} needs");
            var missing = call.Read(() => files.Values.SelectMany(file => Schema.NamesOf(file).Needs).Distinct(StringComparer.Ordinal).Where(name => !files.ContainsKey(name)).ToList());
            if (missing.Count > MostFiles) throw EgressException.OfTarget(TargetFailure.TooLarge, $"{call.Where} names more descriptors than are read ({MostFiles} files)");
            next = [.. missing.Select(name => Question(3, name))];
        }
        return call.Read(() => Schema.Of(files.Values));
    }

    /// <summary>A <c>ServerReflectionRequest</c>: 4 asks by the name of a service, 3 by the name of a file.</summary>
    private static ReadOnlyMemory<byte> Question(int field, string name)
    {
        var question = new ProtoWriter();
        question.Text(field, name);
        return question.Written.ToArray();
    }

    /// <summary>The files of one answer, copied: a part of it would keep it whole.</summary>
    private static void Take(GrpcCall call, Attempt attempt, string service, ReadOnlyMemory<byte> answer, Dictionary<string, ReadOnlyMemory<byte>> files)
    {
        foreach (var (field, content) in call.Read(() => Schema.Parts(answer)))
            if (field == 7) throw Refused(call, attempt, service, content);
            else if (field == 4)
                foreach (var (inner, file) in call.Read(() => Schema.Parts(content)))
                    if (inner == 1 && files.Count <= MostFiles && call.Read(() => Schema.NamesOf(file)).Name is var name && !files.ContainsKey(name))
                        files.Add(name, file.ToArray());
    }

    private static EgressException Refused(GrpcCall call, Attempt attempt, string service, ReadOnlyMemory<byte> error)
    {
        var (code, message) = (0, "");
        foreach (var (field, content) in call.Read(() => Schema.Parts(error, (place, number) => code = place == 1 ? (int)Math.Min(number, 99) : code)))
            if (field == 2)
                message = Encoding.UTF8.GetString(content.Span);
        return EgressException.OfTarget(TargetFailure.ReportedFailure, $"{call.Where} does not describe {service}: {GrpcAnswer.NameOf(code)}{(message.Length > 0 ? ": " + attempt.Quoted(message) : "")}");
    }

    private static EgressException Broken(GrpcCall call, string words) => EgressException.OfTarget(TargetFailure.Malformed, $"{call.Where} does not speak gRPC as it should: {words}");
}
