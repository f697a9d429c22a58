using System.Globalization;
using System.Text;
using Kept.Model;

namespace Kept.Checks.Nats;

/// <summary>A reply to a request.</summary>
/// <param name="Content">What it says.</param>
/// <param name="Status">The status in its head, 503 where nobody listens; −1 where it has none.</param>
/// <param name="Took">From the request.</param>
internal sealed record Reply(byte[] Content, int Status, Duration Took);

/// <summary>What a NATS server says after the greeting, line by line.</summary>
internal sealed class Talk(Wire wire, Attempt attempt)
{
    /// <summary>Waits for the pong; the error where one comes instead.</summary>
    public async ValueTask<string?> PongAsync()
    {
        while (true)
        {
            var line = await NextAsync();
            if (line == "PONG") return null;
            if (ErrorOf(line) is { } error) return error;
            throw wire.Malformed("it sent something else than a pong");
        }
    }

    public async ValueTask<(Reply? Reply, string? Error)> ReplyAsync(string inbox, long asked)
    {
        while (true)
        {
            var line = await NextAsync();
            if (ErrorOf(line) is { } error) return (null, error);
            // MSG subject sid [reply-to] bytes; HMSG subject sid [reply-to] head-bytes all-bytes
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var hasHead = words is ["HMSG", ..];
            if (words.Length is < 4 or > 6 || !hasHead && words[0] != "MSG") throw wire.Malformed("it sent something else than a message");
            var (all, head) = (Count(words[^1]), hasHead ? Count(words[^2]) : 0);
            if (head > all) throw wire.Malformed("the head of a message is longer than the message");
            var content = await wire.BytesAsync(all);
            if ((await wire.LineAsync(2)).Length != 0) throw wire.Malformed("a message is longer than it announced");
            if (words[1] != inbox) continue;
            return (new Reply(content[(int)head..], hasHead ? StatusOf(content.AsSpan(0, (int)head)) : -1, new Duration(attempt.Trail.Phases.Total - asked)), null);
        }
    }

    /// <summary>The next line that means something here: pings are answered, news about the cluster passed over.</summary>
    private async ValueTask<string> NextAsync()
    {
        while (true)
        {
            var line = Excerpt.Decode(await wire.LineAsync());
            if (line == "PING") await wire.SendAsync("PONG\r\n");
            else if (line != "+OK" && !line.StartsWith("INFO ", StringComparison.Ordinal)) return line;
        }
    }

    private static string? ErrorOf(string line) => line.StartsWith("-ERR", StringComparison.Ordinal) ? line[4..].Trim().Trim('\'') : null;

    private long Count(string digits) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : throw wire.Malformed("the length of a message is none");

    /// <summary><c>NATS/1.0 503</c>.</summary>
    private static int StatusOf(ReadOnlySpan<byte> head)
    {
        var text = Encoding.ASCII.GetString(head);
        return text.StartsWith("NATS/1.0 ", StringComparison.Ordinal) && text.Length >= 12 && int.TryParse(text.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : -1;
    }
}
