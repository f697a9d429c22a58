using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Checks;

/// <summary>Failures that servers of mail share, and what a healthy one shows by the way it is spoken to.</summary>
internal static class MailFailures
{
    /// <summary>A failure for whoever goes over to TLS by it; in clear it is seen; over TLS from the start nobody offers it.</summary>
    public static readonly Failure StartTlsMissing = new("starttls-missing", "a server that offers no STARTTLS", look => Encryption.Of(look.Check) switch
    {
        Encryption.Upgraded => [look.Fails(TargetFailure.TlsFailed, "a server that offers no STARTTLS")],
        Encryption.None => [look.Answers("a server that offers no STARTTLS", ("starttls", Value.Of(false)), ("capabilities", Without(look["capabilities"], "STARTTLS")))],
        _ => [],
    }, IsGrave: false);

    public static readonly Failure AuthMissing = StandardFailures.Answering(
        "auth-missing", "a server that offers no way to log in", look => [("auth", new Value.List([])), ("capabilities", Without(look["capabilities"], "AUTH"))], isGrave: false);

    /// <param name="check">The check.</param>
    /// <param name="offers">What the server can do besides STARTTLS, as its protocol writes it.</param>
    public static IEnumerable<KeyValuePair<string, Value?>> Healthy(Check check, params ImmutableArray<string> offers)
    {
        var encryption = Encryption.Of(check);
        if (encryption == Encryption.None)
            foreach (var nothing in Seen.NothingOfTls)
                yield return nothing;
        yield return new("starttls", Value.Of(encryption != Encryption.FromTheStart));
        yield return new("capabilities", new Value.List([.. offers.Select(Value.Of), .. encryption == Encryption.None ? [Value.Of("STARTTLS")] : ImmutableArray<Value>.Empty]));
    }

    private static Value? Without(Value? capabilities, string name) => capabilities is Value.List list
        ? new Value.List([.. list.Items.Where(item => item is not Value.Text text || !text.Content.StartsWith(name, StringComparison.OrdinalIgnoreCase))])
        : capabilities;
}
