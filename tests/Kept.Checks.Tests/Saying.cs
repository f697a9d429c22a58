using System.Collections.Immutable;
using System.Text;
using Kept.Egress;
using Kept.Model;
using Kept.TestKit.Peers;
using Xunit;

namespace Kept.Checks.Tests;

/// <summary>Peers that say one thing after another, and looks that ask for something.</summary>
internal static class Saying
{
    public static FieldValue.Text Text(string text) => new(text);

    public static readonly FieldValue Yes = new FieldValue.YesNo(true);

    /// <summary>Waits for something to be sent, answers with the next of these, and stays until the other end leaves. An empty one is not waited for.</summary>
    public static Func<Stream, CancellationToken, Task> InTurn(params byte[][] answers) => async (stream, stop) =>
    {
        var buffer = new byte[16 * 1024];
        foreach (var answer in answers)
        {
            if (await stream.ReadAsync(buffer, stop) == 0) return;
            await stream.WriteAsync(answer, stop);
        }
        while (await stream.ReadAsync(buffer, stop) > 0)
        {
        }
    };

    public static ScriptedPeer Peer(params byte[][] answers) => ScriptedPeer.Tcp(InTurn(answers));
    public static ScriptedPeer Peer(params string[] answers) => ScriptedPeer.Tcp(InTurn([.. answers.Select(Encoding.UTF8.GetBytes)]));

    /// <summary>Says this at once, then what is in turn.</summary>
    public static ScriptedPeer Greeting(string first, params string[] answers) => ScriptedPeer.Tcp(async (stream, stop) =>
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(first), stop);
        await InTurn([.. answers.Select(Encoding.UTF8.GetBytes)])(stream, stop);
    });

    /// <summary>Looks with an expectation that names something: some failures are answers for who asks about them.</summary>
    public static async Task<Observation> AskAsync(string kind, string target, string asked, EgressOptions? options = null, params (string, FieldValue)[] settings)
    {
        using var dialer = new Dialer(options ?? new EgressOptions(), TimeProvider.System);
        var what = new Operand.Seen(Place.None, asked, Looking.Kind(kind).IndexOf(asked), []);
        Assert.True(what.Index >= 0, asked);
        var check = Looking.CheckOf(kind, target, null, settings) with { Expect = [new Expectation($"has({asked})", new Expression.Has(Place.None, what))] };
        return await CheckCatalog.Looks(dialer, TimeProvider.System)[kind](new LookRequest(check, DocumentOrigin.Ours), TestContext.Current.CancellationToken);
    }

    public static ImmutableArray<string> Items(this Observation seen, string kind, string name) =>
        [.. Assert.IsType<Value.List>(seen.See(kind, name)).Items.Select(item => item is Value.Text text ? text.Content : item.ToString())];
}
