namespace Kept.Cli;

/// <summary>The meaning of exit codes, the same for every verb; documented in docs/reference/cli.md. Codes not listed here must be read as failure.</summary>
internal static class ExitCodes
{
    /// <summary>Yes; every decided promise is kept or not in force; done.</summary>
    public const int Kept = 0;
    /// <summary>No; something is broken or unmet; errors were found; <c>kept up</c> may not listen there.</summary>
    public const int Broken = 1;
    /// <summary>Wrong usage: the command line, or a file that is not there.</summary>
    public const int Usage = 2;
    /// <summary>Unknown, not a promise, or nothing was decided.</summary>
    public const int Unknown = 3;
    /// <summary>The server does not answer, or the evidence cannot be opened, read or written (S01–S09).</summary>
    public const int Unreachable = 5;
    /// <summary>Interrupted (Ctrl-C, SIGTERM). <c>kept up</c> is ended this way and says 0 once everything is on record.</summary>
    public const int Interrupted = 130;
}
