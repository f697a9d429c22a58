using System.Text;
using Kept.Ledger.Hot;
using Kept.Model;
using Xunit;

namespace Kept.Ledger.Tests;

/// <summary>Evidence in the tail comes back as it went in, however much lies beside it.</summary>
public sealed class EvidencePacks
{
    [Fact]
    public void Every_body_comes_back_whole_before_and_after_it_is_packed()
    {
        var random = new Random(20);
        for (var round = 0; round < 40; round++)
        {
            var pack = new EvidencePack();
            var held = new List<(int At, byte[] Body)>();
            while (!pack.IsFull)
            {
                var body = new byte[random.Next(4) switch { 0 => 0, 1 => random.Next(16 * 1024 + 1), _ => random.Next(400) }];
                if (random.Next(2) == 0) random.NextBytes(body); // also what cannot be made smaller
                held.Add((pack.Add(body), body));
                var (at, some) = held[random.Next(held.Count)];
                Assert.Equal(some, pack.Read(at, some.Length));
            }
            foreach (var (at, body) in held) Assert.Equal(body, pack.Read(at, body.Length));
            Assert.Throws<InvalidOperationException>(() => pack.Add([1]));
        }
    }

    [Fact]
    public void A_tail_of_many_series_keeps_the_newest_of_each_in_order()
    {
        var tail = new HotTail(evidenceKept: 3);
        var random = new Random(7);
        var all = new Dictionary<(int Series, long Slot), string>();
        for (var i = 0; i < 5000; i++)
        {
            var (series, slot) = (random.Next(50), random.Next(60));
            var text = $$"""{"reason":"status was {{random.Next(400, 600)}}","slot":{{slot}},"series":{{series}},"n":{{i}}}""";
            tail.Add(new Evidence(series, new Instant(slot), Encoding.UTF8.GetBytes(text)));
            all.TryAdd((series, slot), text);
        }
        for (var series = 0; series < 50; series++)
        {
            var held = tail.SnapshotOf(series).Evidence.Select(one => one.Of(series)).ToList();
            var newest = all.Keys.Where(key => key.Series == series).Select(key => key.Slot).Order().TakeLast(3).ToList();
            Assert.Equal(newest, held.Select(one => one.Slot.Microseconds));
            Assert.All(held, one => Assert.Contains($"\"slot\":{one.Slot.Microseconds},\"series\":{series},", Encoding.UTF8.GetString(one.Body.Span), StringComparison.Ordinal));
        }
    }
}
