namespace Kept.Import.Exporting;

/// <summary>Whether a text names a secret. What it stands for is never read here, and its name never written into another tool's file.</summary>
internal static class Secrets
{
    public static bool IsIn(string text) => SecretReferences.In(text).Any();
}
