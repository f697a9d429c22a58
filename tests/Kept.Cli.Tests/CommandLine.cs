using Kept.Cli.Output;

namespace Kept.Cli.Tests;

/// <summary>One run of the command line inside the test: what it printed where, and how it ended.</summary>
internal sealed record CommandLine(int ExitCode, string Result, string Talk)
{
    public static Task<CommandLine> RunAsync(params string[] args) => RunAsync(Stream.Null, TimeProvider.System, CancellationToken.None, args);

    /// <summary>With what is read on stdin.</summary>
    public static Task<CommandLine> RunAsync(Stream input, params string[] args) => RunAsync(input, TimeProvider.System, CancellationToken.None, args);

    /// <summary>At another time: documents on pages end one day, and their tests must not.</summary>
    public static Task<CommandLine> RunAtAsync(DateTimeOffset at, params string[] args) => RunAsync(Stream.Null, new StoppedClock(at), CancellationToken.None, args);

    public static async Task<CommandLine> RunAsync(Stream input, TimeProvider time, CancellationToken stop, params string[] args)
    {
        using var result = new StringWriter();
        using var talk = new StringWriter();
        var code = await Program.RunAsync(args, new Terminal(result, talk, colour: false) { Input = () => input }, time, stop);
        return new CommandLine(code, result.ToString(), talk.ToString());
    }

    private sealed class StoppedClock(DateTimeOffset at) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => at;
    }
}

/// <summary>A folder of documents that goes with the test.</summary>
internal sealed class TestHouse : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("kept-cli-").FullName;

    public TestHouse With(string file, string text)
    {
        File.WriteAllText(Path.Combine(Folder, file), text);
        return this;
    }

    public string PathOf(string file) => Path.Combine(Folder, file);

    /// <summary>A document with one promise about a port of this machine.</summary>
    public static string Promise(int port, string expect = "status == 200", string more = "") =>
        $$"""
        kept: 1
        agent: shop
        domains: [127.0.0.1]
        until: 2099-12-31
        promises:
          web@1:
            version: 1.0
            benefit: You get an answer.
            to: [team]
            docs: README.md
            notice: 7d
            keeps: [ 'availability >= 99% over 30d' ]
            fails: [ { code: 503, sees: an error, retry: after 1m, loses: nothing } ]
            limits: { load: 50/s, burst: 100, ramp: doubles in 5m, beyond: 429, raise: 2 working days }
            uses: not disclosed
            {{more}}
            check:
              http: GET http://127.0.0.1:{{port}}/health
              every: 10s
              timeout: 1s
              expect: [ '{{expect}}' ]
        """;

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
