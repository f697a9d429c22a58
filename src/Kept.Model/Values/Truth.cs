namespace Kept.Model;

/// <summary>Kleene's three values. <see cref="Unknown"/> is the default: what nobody assessed is unknown.</summary>
public enum Truth : sbyte { False = -1, Unknown = 0, True = 1 }

/// <summary>Kleene's strong three-valued logic (S. C. Kleene, <i>Introduction to Metamathematics</i>, 1952, §64).</summary>
public static class Kleene
{
    public static Truth Of(bool value) => value ? Truth.True : Truth.False;

    public static Truth Not(this Truth a) => (Truth)(-(sbyte)a);

    public static Truth And(this Truth a, Truth b) => a < b ? a : b;

    public static Truth Or(this Truth a, Truth b) => a > b ? a : b;

    /// <summary>True when at least <paramref name="k"/> are true, false when fewer than k can still be, else unknown.</summary>
    public static Truth AtLeast(int k, int trueCount, int unknownCount) =>
        trueCount >= k ? Truth.True : trueCount + unknownCount < k ? Truth.False : Truth.Unknown;
}
