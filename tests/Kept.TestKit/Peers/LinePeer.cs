using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Kept.TestKit.Peers;

/// <summary>Scripts of peers that speak in lines, and may go over to TLS in the middle.</summary>
public static class LinePeer
{
    /// <summary>
    /// Greets, then answers each line with what the script of that connection says: null closes; an answer that begins with <c>TLS</c> is sent without that word, and then hands are
    /// shaken. What was said to it is noted.
    /// </summary>
    public static ScriptedPeer Talking(string greeting, Func<Func<string, string?>> begins, ConcurrentQueue<string>? said = null, X509Certificate2? certificate = null, bool fromTheStart = false)
    {
        async Task TalkAsync(Stream stream, CancellationToken stop)
        {
            var script = begins();
            await stream.WriteAsync(Encoding.UTF8.GetBytes(greeting), stop);
            while (await LineAsync(stream, stop) is { } line)
            {
                said?.Enqueue(line);
                if (script(line) is not { } answer) return;
                var secures = answer.StartsWith("TLS", StringComparison.Ordinal);
                await stream.WriteAsync(Encoding.UTF8.GetBytes(secures ? answer[3..] : answer), stop);
                if (!secures) continue;
                var tls = new SslStream(stream);
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, stop);
                stream = tls;
            }
        }
        return fromTheStart ? ScriptedPeer.Tls(certificate!, TalkAsync) : ScriptedPeer.Tcp(TalkAsync);
    }

    /// <summary>One line without its end; null when the other end closed.</summary>
    public static async Task<string?> LineAsync(Stream stream, CancellationToken stop)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one, stop) == 1)
        {
            if (one[0] == '\n') return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            line.Add(one[0]);
        }
        return null;
    }
}
