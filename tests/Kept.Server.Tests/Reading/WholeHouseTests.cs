using System.Text;
using Kept.Ledger;
using Kept.Model;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kept.Server.Tests.Reading;

/// <summary>Whether what a house does not make is made no more, or only not read yet: nobody is told that a promise was withdrawn before that is known.</summary>
public sealed class WholeHouseTests : IDisposable
{
    private const string Url = "http://sd.example/list.json", One = """[ { "targets": [ "a.example" ] } ]""";
    private const string Plain = "kept: 1\nagent: watch\n";
    private const string Listed = Plain + "relies-on:\n  web:\n    found: [ { from: { http: '" + Url + "' }, wish: { check: { tcp: '${__address__}:443', expect: [ connected ] } } } ]\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kept-whole");
    private readonly FakeTimeProvider _time = new(MadeHouse.Now.ToDateTimeOffset());
    private readonly ILedger _ledger = Ledgers.InMemory(TimeProvider.System, new Random(1));
    private Func<ValueTask<(ReadOnlyMemory<byte>?, string?)>> _answer = () => throw new InvalidOperationException("nobody was to be asked");

    public void Dispose() => _folder.Delete(recursive: true);

    private void Write(string text) => File.WriteAllText(Path.Combine(_folder.FullName, "watch.kept.yaml"), text);

    private static ValueTask<(ReadOnlyMemory<byte>?, string?)> Said(string list) => ValueTask.FromResult(((ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(list), (string?)null));

    private (HouseSource Source, AskedLists Asked) Started()
    {
        var asked = new AskedLists((_, _) => _answer(), _ledger, _time, NullLogger.Instance);
        return (new HouseSource(_folder.FullName, () => null, _ledger, _time, NullLogger.Instance, () => null) { Found = new FoundLists(_folder.FullName, asked, new RememberedFiles(_ledger), _time) }, asked);
    }

    private static async Task<House> ReadAsync(HouseSource source)
    {
        var reading = await source.ReadAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(reading.House);
        return reading.House;
    }

    [Fact]
    public async Task Refused_documents_take_nothing_back_until_they_are_mended()
    {
        Write("kept: 1\nagent: [\n");
        var (source, _) = Started();
        Assert.Null((await source.ReadAsync(TestContext.Current.CancellationToken)).House);
        var own = source.ReadOwn().House!;
        Assert.False(source.IsWhole(own)); // what the server runs meanwhile
        Write(Plain);
        var mended = await ReadAsync(source);
        Assert.True(source.IsWhole(mended));
        Assert.False(source.IsWhole(own)); // it still runs until the other is taken
        Write("kept: 1\nagent: [\n");
        Assert.Null((await source.ReadAsync(TestContext.Current.CancellationToken)).House);
        Assert.True(source.IsWhole(mended)); // the house from before stays, and was whole
    }

    [Fact]
    public async Task A_folder_that_is_not_there_takes_nothing_back()
    {
        var missing = new HouseSource(Path.Combine(_folder.FullName, "away"), () => null, _ledger, _time, NullLogger.Instance, () => null);
        Assert.Null((await missing.ReadAsync(TestContext.Current.CancellationToken)).House);
        Assert.False(missing.IsWhole(missing.ReadOwn().House!));
    }

    [Fact]
    public async Task A_URL_that_is_slow_takes_nothing_back_until_it_has_answered()
    {
        Write(Listed);
        var (source, asked) = Started();
        var answer = new TaskCompletionSource<(ReadOnlyMemory<byte>?, string?)>(TaskCreationOptions.RunContinuationsAsynchronously);
        _answer = () => new(answer.Task);
        Assert.False(source.IsWhole(await ReadAsync(source))); // before anybody asked
        var asking = asked.AskDueAsync(TestContext.Current.CancellationToken);
        Assert.False(source.IsWhole(await ReadAsync(source))); // while it is asked
        answer.SetResult((Encoding.UTF8.GetBytes(One), null));
        await asking;
        var whole = await ReadAsync(source);
        Assert.Single(whole.Promises);
        Assert.True(source.IsWhole(whole));
    }

    [Fact]
    public async Task A_URL_that_fails_takes_nothing_back_until_it_answers_later()
    {
        Write(Listed);
        var (source, asked) = Started();
        _answer = () => ValueTask.FromResult(((ReadOnlyMemory<byte>?)null, (string?)"it answers 500"));
        await ReadAsync(source);
        await asked.AskDueAsync(TestContext.Current.CancellationToken);
        var without = await ReadAsync(source);
        Assert.Empty(without.Promises);
        Assert.False(source.IsWhole(without));
        _answer = () => Said(One);
        _time.Advance(TimeSpan.FromHours(1));
        await asked.AskDueAsync(TestContext.Current.CancellationToken);
        Assert.True(source.IsWhole(await ReadAsync(source)));
        Assert.False(source.IsWhole(without)); // of the house before nothing more is known than then
    }

    /// <summary>A list from before the start counts as it did, and so does what it does not list.</summary>
    [Fact]
    public async Task A_remembered_list_makes_a_house_whole_though_its_URL_answers_nothing_now()
    {
        Write(Listed);
        _answer = () => Said(One);
        var (before, asked) = Started();
        await ReadAsync(before);
        await asked.AskDueAsync(TestContext.Current.CancellationToken);
        Assert.True(before.IsWhole(await ReadAsync(before)));

        _answer = () => ValueTask.FromResult(((ReadOnlyMemory<byte>?)null, (string?)"it answers 500"));
        var (again, failing) = Started();
        var house = await ReadAsync(again);
        Assert.Single(house.Promises);
        Assert.True(again.IsWhole(house));
        _time.Advance(TimeSpan.FromHours(1));
        await failing.AskDueAsync(TestContext.Current.CancellationToken);
        Assert.True(again.IsWhole(await ReadAsync(again)));

        Write(Listed.Replace("/list.json", "/other.json", StringComparison.Ordinal)); // a further source is another matter
        Assert.False(again.IsWhole(await ReadAsync(again)));
    }
}
