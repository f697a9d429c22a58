using System.Security.Cryptography;
using System.Text;
using Kept.Language.Documents;

namespace Kept.Language.Found;

/// <summary>What is shown to a source of targets, so that it gives its list. It holds the name of a secret, never the secret.</summary>
/// <param name="User">Who logs in; null: <paramref name="Secret"/> is a bearer token.</param>
/// <param name="Secret">Such as <c>${env:SD_TOKEN}</c>.</param>
/// <param name="IsInClear">It may go without TLS to another machine.</param>
public sealed record SourceLogin(string? User, string Secret, bool IsInClear)
{
    /// <summary>The same for the same login, another for each other one; it tells neither.</summary>
    internal string Mark => "as-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{User}\n{Secret}")))[..16];

    private static readonly string[] Fields = ["bearer", "user", "password", "in-clear"];

    /// <summary>Null where none is written, and where what is written is none, which is told.</summary>
    /// <param name="url">Null where the source is files, or its URL was wrong.</param>
    internal static SourceLogin? Read(Written written, string? url, Problems problems)
    {
        if (Array.Find(Fields, written.Has) is not { } first) return null;
        if (written.Has("files"))
        {
            problems.Error(Codes.SourceLogin, written.PlaceOf(first), $"`{first}` belongs to a list at a URL, and this one is files", "remove it: files are read as this program may read them");
            return null;
        }
        var bearer = written.Scalar("bearer") is { } token ? FieldValues.Secret(token, "bearer", Codes.SourceLogin, problems) : null;
        var password = written.Scalar("password") is { } secret ? FieldValues.Secret(secret, "password", Codes.SourceLogin, problems) : null;
        var isInClear = written.Scalar("in-clear") is { } allowed && FieldValues.YesNo(allowed, problems) == true;
        if (written.Has("bearer") && (written.Has("user") || written.Has("password")))
        {
            problems.Error(Codes.SourceLogin, written.PlaceOf("bearer"), "a token and a password are shown at once, and one header holds one of them", "remove `bearer:`, or `user:` and `password:`");
            return null;
        }
        if (written.Has("user") != written.Has("password") || first == "in-clear")
        {
            problems.Error(Codes.SourceLogin, written.PlaceOf(first), $"`{first}` alone logs nobody in", "write `bearer: ${env:NAME}`, or `user: NAME` and `password: ${env:NAME}`");
            return null;
        }
        var user = written.Scalar("user");
        if (user is { } who && (who.Text.Length == 0 || who.Text.Contains(':', StringComparison.Ordinal) || who.Text.Any(char.IsControl)))
        {
            problems.Error(Codes.SourceLogin, who.At, "a user's name has no colon and no control character (RFC 7617)", "write the name alone");
            return null;
        }
        if (!isInClear && url is not null && new Uri(url) is { Scheme: "http", IsLoopback: false })
        {
            problems.Error(Codes.SourceLogin, written.PlaceOf("http"), "the secret would go over plain http, where everybody on the way can read it", "write https://; where nobody is on the way, say so: `in-clear: yes`");
            return null;
        }
        return (bearer ?? password) is { } named ? new SourceLogin(user?.Text, named, isInClear) : null;
    }
}
