using System.Runtime.CompilerServices;

namespace Kept.TestKit;

/// <summary>Where the repository lies, for tests that read its files.</summary>
public static class Repository
{
    /// <summary>The root folder.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Running where a missing part is a failure, not a skip.</summary>
    public static bool IsContinuousIntegration => Environment.GetEnvironmentVariable("CI") == "true";

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Skips the test at home and fails it in CI.</summary>
    public static void Require(bool present, string what)
    {
        if (present) return;
        if (IsContinuousIntegration) Xunit.Assert.Fail($"{what} is missing; ./test installs it");
        Xunit.Assert.Skip($"{what} is missing; ./test installs it");
    }

    private static string FindRoot([CallerFilePath] string here = "")
    {
        for (var folder = Path.GetDirectoryName(here); folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "global.json")))
                return folder;
        throw new InvalidOperationException("the repository's root was not found above " + here);
    }
}
