using System.Text;

namespace Kept.Checks.Grpc;

/// <summary>The standard question after health, <c>grpc.health.v1.Health/Check</c> (https://github.com/grpc/grpc/blob/master/doc/health-checking.md).</summary>
internal static class Health
{
    public const string Method = "grpc.health.v1.Health/Check", Serving = "SERVING";

    private static readonly string[] Statuses = ["UNKNOWN", Serving, "NOT_SERVING", "SERVICE_UNKNOWN"];

    /// <summary>The question after one service; after the server as a whole where it is empty.</summary>
    public static byte[] Question(string service)
    {
        var message = new ProtoWriter();
        if (service.Length > 0) message.Counted(1, Encoding.UTF8.GetBytes(service));
        return message.Written.ToArray();
    }

    /// <summary>Field 1 as a number; fields that are not known are passed over, as protocol buffers want it. Missing: 0.</summary>
    /// <exception cref="FormatException">It is no answer to the question.</exception>
    public static string StatusOf(ReadOnlySpan<byte> message)
    {
        var status = 0ul;
        try
        {
            for (var reader = new ProtoReader(message); !reader.IsAtEnd;)
            {
                var (field, form) = reader.Tag();
                if (field == 1 && form == WireForm.Varint) status = reader.Varint();
                else if (field == 1) throw new FormatException();
                else reader.Skip(field, form);
            }
        }
        catch (FormatException fault)
        {
            throw new FormatException("its answer is no HealthCheckResponse", fault);
        }
        return status < (ulong)Statuses.Length ? Statuses[status] : throw new FormatException("it tells a health that grpc.health.v1 does not know");
    }

    /// <summary>What these codes tell of a server that was asked after its health.</summary>
    public static string Meaning(int code) => code switch
    {
        GrpcAnswer.NotFound => ", it does not know the service",
        GrpcAnswer.Unimplemented => ", it has no health service",
        _ => "",
    };
}
