using System.Text.Json;
using Kept.TestKit;
using Xunit;

namespace Kept.Import.Tests;

/// <summary>Cases from outside, read where they lie beside the repository; a test that needs them is skipped by name where they are not.</summary>
internal static class SharedCases
{
    public static IReadOnlyList<JsonElement> Lines(string file)
    {
        var path = Path.Combine(Repository.Root, "..", "shared", "data", file);
        if (!File.Exists(path)) Assert.Skip($"the shared cases {file} are not beside the repository");
        return [.. File.ReadLines(path).Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
