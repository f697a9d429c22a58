using Microsoft.AspNetCore.Connections;

namespace Kept.Server.Hosting;

/// <summary>
/// Bounds the connections that are open at once. One more is closed before anything of it is read; it may have been the call of any heartbeat, so the engine is told: a silence
/// that we made ourselves breaks nobody's promise.
/// </summary>
internal sealed class Door(Sight sight)
{
    public const int MostConnections = 1024;

    private int _open;

    public ConnectionDelegate Before(ConnectionDelegate next) => async connection =>
    {
        try
        {
            if (Interlocked.Increment(ref _open) <= MostConnections)
            {
                await next(connection);
                return;
            }
            sight.SentAway(null);
            connection.Abort();
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    };
}
