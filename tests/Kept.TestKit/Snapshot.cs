using System.Runtime.CompilerServices;
using Xunit;

namespace Kept.TestKit;

/// <summary>Compares text with an approved file beside the test: <c>Expectations/FILE.TEST.txt</c>. <c>UPDATE_SNAPSHOTS=1</c> writes it, never in CI.</summary>
public static class Snapshot
{
    public static void Matches(string actual, string? name = null, [CallerFilePath] string file = "", [CallerMemberName] string test = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(file)!, "Expectations", $"{Path.GetFileNameWithoutExtension(file)}.{name ?? test}.txt");
        actual = actual.ReplaceLineEndings("\n").TrimEnd() + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1" && !Repository.IsContinuousIntegration)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, actual);
            return;
        }
        Assert.True(File.Exists(path), $"no approved text {path}; run with UPDATE_SNAPSHOTS=1, read the file, and commit it. It would be:\n{actual}");
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), actual);
    }
}
