using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Kept.Model;

namespace Kept.Checks.Postgres;

/// <summary>Proves who we are in the way the server asks for: SCRAM-SHA-256 (RFC 5802, RFC 7677), MD5, or the password itself. The last two, by which others could log in too, only where nobody else reads them.</summary>
internal static class Login
{
    /// <summary>PostgreSQL uses 4,096 unless told otherwise; a server that asks for millions wants our time.</summary>
    private const int MostIterations = 200_000;

    /// <summary>Through to "you are in"; or the error by which the server refuses.</summary>
    /// <param name="isPrivate">Nobody else reads the connection (<see cref="Secrecy"/>).</param>
    /// <exception cref="Egress.EgressException">It asks for more than we tell in clear: ours, a gap.</exception>
    public static async ValueTask<ServerError?> AsAsync(Frames frames, Wire wire, string user, string? password, bool isPrivate)
    {
        while (true)
        {
            var (kind, content) = await frames.NextAsync();
            if (kind == 'E') return frames.ErrorOf(content);
            if (kind != 'R' || content.Length < 4) throw wire.Malformed("it did not say how to log in");
            var way = BinaryPrimitives.ReadInt32BigEndian(content);
            if (way == 0) return null;
            if (password is null) throw wire.Refuses("wants a password, and the check gives none");
            if (way is 3 or 5 && !isPrivate)
                throw Egress.EgressException.OfUs(GapCause.Fault, $"{wire.Where} wants the password {(way == 3 ? "in clear" : "by md5")}, which goes over TLS only; write over-tls: yes, or let the server ask for scram-sha-256");
            switch (way)
            {
                case 3:
                    await frames.SendAsync(Frames.Message('p', Frames.Text(password)));
                    break;
                case 5 when content.Length == 8:
                    await frames.SendAsync(Frames.Message('p', Frames.Text("md5" + Md5(Encoding.ASCII.GetBytes(Md5(Encoding.UTF8.GetBytes(password + user))), content[4..]))));
                    break;
                case 10:
                    if (await ScramAsync(frames, wire, password, content) is { } error) return error;
                    break;
                default:
                    throw wire.Refuses($"wants a login that we do not know (number {way.ToString(CultureInfo.InvariantCulture)}); we know scram-sha-256, md5 and password");
            }
        }
    }

    private static async ValueTask<ServerError?> ScramAsync(Frames frames, Wire wire, string password, byte[] offered)
    {
        if (!Offers(frames, offered).Contains("SCRAM-SHA-256")) throw wire.Refuses("offers no login that we know; we know SCRAM-SHA-256");
        var ours = Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
        var bare = "n=,r=" + ours; // the server takes the user's name from the start of the conversation
        byte[] first = Encoding.ASCII.GetBytes("n,," + bare);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, first.Length);
        await frames.SendAsync(Frames.Message('p', [.. Frames.Text("SCRAM-SHA-256"), .. length, .. first]));

        var (challenge, refusal) = await SaslAsync(frames, wire, 11);
        if (challenge is null) return refusal;
        var parts = challenge.Split(',');
        if (parts is not [['r', '=', .. var nonce], ['s', '=', .. var saltText], ['i', '=', .. var iterationsText], ..] || !nonce.StartsWith(ours, StringComparison.Ordinal) || nonce.Length == ours.Length)
            throw wire.Malformed("its challenge is not one of SCRAM");
        var salt = new byte[saltText.Length];
        if (!Convert.TryFromBase64String(saltText, salt, out var saltLength) || saltLength == 0 || !int.TryParse(iterationsText, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) || iterations < 1)
            throw wire.Malformed("its challenge is not one of SCRAM");
        if (iterations > MostIterations) throw Egress.EgressException.OfUs(GapCause.Local, $"{wire.Where} asks for {iterations:N0} rounds of scram-sha-256 (scram_iterations), and we do {MostIterations:N0} at most");

        var salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(Prepared(password)), salt.AsSpan(0, saltLength), iterations, HashAlgorithmName.SHA256, 32);
        var clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        var withoutProof = "c=biws,r=" + nonce;
        var all = Encoding.UTF8.GetBytes($"{bare},{challenge},{withoutProof}");
        var signature = HMACSHA256.HashData(SHA256.HashData(clientKey), all);
        var proof = Convert.ToBase64String([.. clientKey.Zip(signature, (a, b) => (byte)(a ^ b))]);
        await frames.SendAsync(Frames.Message('p', Encoding.UTF8.GetBytes($"{withoutProof},p={proof}")));

        var (final, wrong) = await SaslAsync(frames, wire, 12);
        if (final is null) return wrong;
        // Whoever knows the password's hash proves it in turn: else somebody sits in between.
        var expected = "v=" + Convert.ToBase64String(HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), all));
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(final), Encoding.ASCII.GetBytes(expected)) ? null
            : throw Egress.EgressException.OfTarget(TargetFailure.Malformed, $"{wire.Where} took our login and cannot prove that it knows the password: it is not the server it says it is");
    }

    private static List<string> Offers(Frames frames, byte[] content)
    {
        var offers = new List<string>();
        for (var at = 4; at < content.Length && content[at] != 0;) offers.Add(frames.TextAt(content, ref at));
        return offers;
    }

    private static async ValueTask<(string? Text, ServerError? Error)> SaslAsync(Frames frames, Wire wire, int step)
    {
        var (kind, content) = await frames.NextAsync();
        if (kind == 'E') return (null, frames.ErrorOf(content));
        return kind == 'R' && content.Length >= 4 && BinaryPrimitives.ReadInt32BigEndian(content) == step
            ? (Encoding.UTF8.GetString(content.AsSpan(4)), null)
            : throw wire.Malformed("it left the login in the middle");
    }

    /// <summary>Equal passwords in different forms of Unicode are one (RFC 4013, the part of it that matters for passwords that people type).</summary>
    private static string Prepared(string password)
    {
        try
        {
            return password.Normalize(NormalizationForm.FormKC);
        }
        catch (ArgumentException)
        {
            return password; // no valid Unicode: PostgreSQL takes it as it is too
        }
    }

#pragma warning disable CA5351 // the protocol's own way; scram-sha-256 is used wherever the server offers it
    private static string Md5(byte[] content, byte[]? salt = null) => Convert.ToHexStringLower(MD5.HashData([.. content, .. salt ?? []]));
#pragma warning restore CA5351
}
