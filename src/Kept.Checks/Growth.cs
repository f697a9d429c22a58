namespace Kept.Checks;

/// <summary>How memory grows for what another end announced: with what has come, never ahead of it by more than is there already.</summary>
internal static class Growth
{
    private const int Piece = 16 * 1024;

    /// <summary>Bytes to have ready before any came.</summary>
    public static int First(long announced) => (int)Math.Min(announced, Piece);

    /// <summary>Bytes to have once so many are full.</summary>
    public static int Next(int full, long announced) => (int)Math.Min(announced, 2L * full);
}
