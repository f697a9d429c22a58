namespace Kept.Model;

/// <summary>What <c>/probe</c> looks at for whoever asks: where it is written it is on, and whoever reaches the server can have it look.</summary>
/// <param name="Modules">The modules, a configuration of blackbox_exporter beside the house.</param>
/// <param name="MayReachInside">Targets may be addresses of loopback, private networks and link-local ones; else only those of the public internet.</param>
/// <param name="AtOnce">Most probes under way at a time.</param>
public sealed record ProbeSettings(string Modules, bool MayReachInside, int AtOnce)
{
    public const int UsualAtOnce = 16;
}
