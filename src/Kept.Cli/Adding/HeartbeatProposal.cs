using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Kept.Cli.Adding;

/// <summary>Terms proposed for a thing that calls Kept by itself. Nothing is looked at: what matters is how often it is meant to call.</summary>
/// <param name="Name">The promise's name.</param>
/// <param name="Every">How often it calls, as documents write it: <c>1d</c>.</param>
/// <param name="Grace">How much later it may call, as documents write it.</param>
/// <param name="Key">The key of its address; whoever knows it can call in its name.</param>
internal sealed partial record HeartbeatProposal(string Name, string Every, string Grace, string Key)
{
    /// <summary>What an attacker would have to guess.</summary>
    private const int KeyBits = 128;

    /// <summary>With a new key: the name, so that people see whose it is, and after it what nobody can guess.</summary>
    /// <exception cref="UsageException">A length of time is none.</exception>
    public static HeartbeatProposal New(string name, string every, string grace) =>
        new(name, Length(every, "--every"), Length(grace, "--grace"), $"{name.Replace('.', '-')}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBits / 8))}");

    /// <summary>The terms, for people.</summary>
    public IReadOnlyList<string> InWords =>
    [
        $"calls at least every {Every}; a silence that is {Grace} longer breaks it, and so does a failure that it reports",
        "calls in time at least 99 % of the time, over 90 days",
        "unknown until it first calls",
    ];

    private static string Length(string text, string option) =>
        Written().IsMatch(text) ? text : throw new UsageException($"'{text}' is no length of time; write {option} like 15m, 1h or 1d");

    [GeneratedRegex("^[1-9][0-9]{0,5}(ms|s|m|h|d)$", RegexOptions.CultureInvariant)]
    private static partial Regex Written();

    public string Document(string agent, DateOnly today) =>
        $$"""
        # Written by `kept add`. Everything here is yours to change.
        kept: 1
        agent: {{agent}}
        kind: service
        until: {{today.AddYears(1):yyyy-MM-dd}}
        promises:
          {{Name}}@1:
            version: 1.0
            benefit: {{Name}} runs when it is due.
            to: [us]
            docs: README.md
            notice: 7d
            keeps:
              - availability >= 99% over 90d
            fails: [ { code: 503 not-run, sees: the result of the time before, retry: after {{Every}}, loses: nothing } ]
            uses: not disclosed
            check:
              # Whoever knows this key can call in its name: keep it like a password.
              heartbeat: {{Key}}
              every: {{Every}}
              grace: {{Grace}}
              confirm: 1 of 1

        """;
}
