using System.Buffers.Binary;
using System.Text;
using Kept.Egress;

namespace Kept.Checks.Postgres;

/// <summary>An error as the server tells it (field C and M of an ErrorResponse).</summary>
internal sealed record ServerError(string State, string Message);

/// <summary>Messages of PostgreSQL's protocol 3.0 (https://www.postgresql.org/docs/current/protocol.html): a letter, a length that counts itself, content.</summary>
internal sealed class Frames(Wire wire)
{
    /// <summary>What the server told about itself while starting.</summary>
    public string? ServerVersion { get; private set; }

    /// <summary>Asks for TLS before the start; true where it agrees.</summary>
    public async ValueTask<bool> AgreesToTlsAsync()
    {
        await wire.SendAsync(new byte[] { 0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f });
        return await wire.ByteAsync() switch
        {
            (byte)'S' => true,
            (byte)'N' => false,
            _ => throw wire.Malformed("it did not answer whether it speaks TLS"),
        };
    }

    public ValueTask StartAsync(params string[] namesAndValues)
    {
        var content = new List<byte> { 0, 3, 0, 0 };
        foreach (var text in namesAndValues) AddText(content, text);
        content.Add(0);
        return wire.SendAsync(WithLength([], content));
    }

    /// <summary>The next message but for notices and what the server tells about itself.</summary>
    public async ValueTask<(char Kind, byte[] Content)> NextAsync()
    {
        while (true)
        {
            var kind = (char)await wire.ByteAsync();
            if (!char.IsAsciiLetterOrDigit(kind)) throw wire.Malformed("what it sent is no message of PostgreSQL");
            var length = BinaryPrimitives.ReadInt32BigEndian(await wire.BytesAsync(4));
            if (length < 4) throw wire.Malformed("a message is shorter than its own length");
            var content = await wire.BytesAsync(length - 4);
            switch (kind)
            {
                case 'S':
                    var at = 0;
                    var name = TextAt(content, ref at);
                    var value = TextAt(content, ref at);
                    if (name == "server_version") ServerVersion = value;
                    continue;
                case 'N' or 'A' or 'K':
                    continue; // a notice, a notification, the key for cancelling
                default:
                    return (kind, content);
            }
        }
    }

    /// <summary>Everything up to where the server is ready again; the first error where there is one. <paramref name="take"/> gets all else.</summary>
    public async ValueTask<(char Status, ServerError? Error)> UntilReadyAsync(Action<char, byte[]>? take = null)
    {
        ServerError? error = null;
        while (true)
        {
            var (kind, content) = await NextAsync();
            switch (kind)
            {
                case 'Z':
                    return content is [var status] ? ((char)status, error) : throw wire.Malformed("it is ready in a way that is none");
                case 'E':
                    error ??= ErrorOf(content);
                    // After a fatal one it closes the connection and is never ready again; the first field says which it is.
                    if (IsFatal(content)) return ('E', error);
                    break;
                default:
                    take?.Invoke(kind, content);
                    break;
            }
        }
    }

    public ServerError ErrorOf(byte[] content)
    {
        var (state, message, at) = ("", "", 0);
        while (at < content.Length && content[at] != 0)
        {
            var field = (char)content[at++];
            var text = TextAt(content, ref at);
            if (field == 'C') state = text;
            else if (field == 'M') message = text;
        }
        return state.Length == 5 && state.All(char.IsAsciiLetterOrDigit) ? new ServerError(state, message) : throw wire.Malformed("an error has no code");
    }

    private bool IsFatal(byte[] content)
    {
        for (var at = 0; at < content.Length && content[at] != 0;)
        {
            var field = (char)content[at++];
            // S may be translated; V (since 9.6) never is
            if (TextAt(content, ref at) is "FATAL" or "PANIC" && field is 'S' or 'V') return true;
        }
        return false;
    }

    public string TextAt(byte[] content, ref int at)
    {
        var end = at <= content.Length ? content.AsSpan(at).IndexOf((byte)0) : -1;
        if (end < 0) throw wire.Malformed("a text in a message does not end");
        var text = Excerpt.Decode(content.AsSpan(at, end));
        at += end + 1;
        return text;
    }

    public EgressException Malformed(string how) => wire.Malformed(how);

    public ValueTask SendAsync(params IReadOnlyList<byte[]> messages) => wire.SendAsync(messages.SelectMany(message => message).ToArray());

    public static byte[] Message(char kind, params IReadOnlyList<byte> content) => WithLength([(byte)kind], content);

    public static byte[] Text(string text) => [.. Encoding.UTF8.GetBytes(text.Replace("\0", "", StringComparison.Ordinal)), 0];

    private static void AddText(List<byte> content, string text) => content.AddRange(Text(text));

    private static byte[] WithLength(ReadOnlySpan<byte> before, IReadOnlyList<byte> content)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, content.Count + 4);
        return [.. before, .. length, .. content];
    }
}
