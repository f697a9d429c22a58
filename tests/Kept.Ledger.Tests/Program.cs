namespace Kept.Ledger.Tests;

/// <summary>The test program, which is also the child that the crash tests kill.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args) => args switch
    {
        [CrashLoop.ChildArgument, var folder, var killAt] => await CrashLoop.WriteUntilKilledAsync(folder, killAt),
        [FullDisk.ChildArgument, var folder] => await FullDisk.FillAsync(folder),
        [Figures.Argument, var folder] => await Figures.MeasureAsync(folder),
        _ when args.Any(arg => arg is "--server" or "--internal-msbuild-node") => await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args),
    };
}
