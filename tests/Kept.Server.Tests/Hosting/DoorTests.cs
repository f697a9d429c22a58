using System.Net;
using Kept.Server.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kept.Server.Tests;

/// <summary>Who is let in, and whom a refusal excuses.</summary>
public sealed class DoorTests
{
    private readonly MadeHouse _house = new();
    private readonly HeardFrom _heard = new();
    private readonly TaskCompletionSource _leave = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Task> _open = [];

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7", "203.0.113.8")]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1")]
    public void One_address_takes_its_share_and_excuses_nobody_else(string one, string same, string other)
    {
        var door = Door();
        _heard.Note(IPAddress.Parse(one), "its-own");
        _heard.Note(IPAddress.Parse(other), "of-others");
        Assert.Equal(Hosting.Door.MostOfOne, Enter(door, one, Hosting.Door.MostOfOne));
        Assert.Empty(_house.SentAway);
        Assert.Equal(0, Enter(door, same, 100));
        Assert.Equal(["its-own"], _house.SentAway.Distinct()); // what called from there may have called now; no other did
        Assert.Equal(1, Enter(door, other, 1));
    }

    [Fact]
    public void Where_strangers_fill_the_house_this_machine_and_trusted_proxies_have_room_and_any_heartbeat_may_have_been_sent_away()
    {
        var door = Door(IPNetwork.Parse("198.51.100.0/24"));
        var let = 0;
        for (var i = 0; i < 100; i++) let += Enter(door, $"203.0.113.{i}", Hosting.Door.MostOfOne);
        Assert.Equal(Hosting.Door.MostConnections - Hosting.Door.KeptForUs, let);
        Assert.NotEmpty(_house.SentAway);
        Assert.All(_house.SentAway, Assert.Null);
        Assert.Equal(Hosting.Door.KeptForUs, Enter(door, "127.0.0.1", Hosting.Door.KeptForUs / 2) + Enter(door, "198.51.100.9", Hosting.Door.KeptForUs));
    }

    [Fact]
    public async Task Who_leaves_makes_room()
    {
        var door = Door();
        Assert.Equal(Hosting.Door.MostOfOne, Enter(door, "203.0.113.7", Hosting.Door.MostOfOne + 5));
        _leave.SetResult();
        await Task.WhenAll(_open);
        Assert.Equal(Hosting.Door.MostOfOne, Enter(door, "203.0.113.7", Hosting.Door.MostOfOne));
    }

    [Fact]
    public void What_is_remembered_of_callers_is_bounded()
    {
        var heard = new HeardFrom();
        for (var i = 0; i < HeardFrom.MostKeys + 10; i++) heard.Note(IPAddress.Parse("203.0.113.7"), $"key-{i}");
        Assert.Equal(HeardFrom.MostKeys, heard.KeysOf(IPAddress.Parse("203.0.113.7")).Count);
        for (var i = 0; i < HeardFrom.MostAddresses; i++) heard.Note(new IPAddress([10, (byte)(i >> 16), (byte)(i >> 8), (byte)i]), "key");
        Assert.Empty(heard.KeysOf(IPAddress.Parse("203.0.113.7")));
        heard.Note(IPAddress.Loopback, "key");
        Assert.Empty(heard.KeysOf(IPAddress.Loopback));
    }

    private Door Door(params IPNetwork[] trusted) => new(_house.Sight(new FakeTimeProvider()), new TrustedProxies(trusted), _heard);

    /// <summary>How many of so many connections were let in; they stay until <see cref="_leave"/>.</summary>
    private int Enter(Door door, string from, int connections)
    {
        var let = 0;
        var pipeline = door.Before(_ =>
        {
            let++;
            return _leave.Task;
        });
        for (var i = 0; i < connections; i++) _open.Add(pipeline(new DefaultConnectionContext($"{from}/{i}") { RemoteEndPoint = new IPEndPoint(IPAddress.Parse(from), 4711) }));
        return let;
    }
}
