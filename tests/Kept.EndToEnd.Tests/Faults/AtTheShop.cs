using Kept.TestKit.Peers;
using Xunit;

namespace Kept.EndToEnd.Tests.Faults;

/// <summary>A shop that answers, and a Kept of its own about it that a test starts, harms and ends as it likes.</summary>
public abstract class AtTheShop : IAsyncLifetime
{
    private protected KeptProcess Server { get; } = new();

    private protected ScriptedPeer Shop { get; } = ScriptedPeer.Tcp(ScriptedPeer.Answering(ScriptedPeer.Ok()));

    public ValueTask InitializeAsync()
    {
        Server.Write(KeptProcess.Shop(Shop.Port));
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Shop.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
