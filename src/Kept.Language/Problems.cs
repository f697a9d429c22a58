using Kept.Model;

namespace Kept.Language;

/// <summary>
/// Collects everything that is wrong with the documents of one house, so that all of it is told at once. Bounded: past <see cref="Cap"/> problems are only
/// counted, because nobody reads the thousandth and a hostile document could make millions.
/// </summary>
/// <param name="hints">Steps that may be spent on finding words that were meant; by default about a tenth of a second.</param>
internal sealed class Problems(long hints = Problems.UsualHints)
{
    public const long UsualHints = 8_000_000;

    public const int Cap = 1_000;

    private readonly List<Diagnostic> _found = [];
    private readonly HashSet<(string, Place, string)> _told = [];

    private readonly long _allowed = hints;
    private long _hints = hints;

    /// <summary>What is being read now; set by the reader of promises so that a problem knows its promise.</summary>
    public PromiseName? About { get; set; }

    public IReadOnlyList<Diagnostic> Found => _found;

    /// <summary>How many were told but not kept.</summary>
    public int Left { get; private set; }

    /// <summary>How many errors there were, kept or only counted: compare before and after to know whether a part was read well.</summary>
    public int Errors { get; private set; }

    /// <summary>Steps that may still be spent on finding words that were meant.</summary>
    public long HintsLeft => Math.Max(0, _hints);

    /// <summary>No further problem is kept, so none needs words.</summary>
    public bool IsFull => _found.Count >= Cap;

    /// <summary><c>; did you mean `given`?</c>, or nothing where no word is near. Bounded over all problems: a hostile document misspells ten thousand zones.</summary>
    public string Hint(string written, IEnumerable<string> words) => Near(written, words) is { } word ? $"; did you mean `{word}`?" : "";

    /// <summary>The word that was probably meant, or null.</summary>
    public string? Near(string written, IEnumerable<string> words) => IsFull || _hints <= 0 ? null : Nearest.To(written, words, ref _hints);

    public void Error(string code, Place at, string message, string? help = null) => Add(Severity.Error, code, at, message, help);

    public void Warning(string code, Place at, string message, string? help = null) => Add(Severity.Warning, code, at, message, help);

    /// <summary>Takes over what was found elsewhere, and what was spent on it.</summary>
    public void Add(Problems other)
    {
        _hints -= other._allowed - other._hints;
        foreach (var one in other._found) Add(one);
        Left += other.Left;
        Errors += other.Errors - other._found.Count(one => one.Severity == Severity.Error);
    }

    private void Add(Severity severity, string code, Place at, string message, string? help) => Add(new Diagnostic(code, severity, at, message, help, About));

    private void Add(Diagnostic one)
    {
        if (one.Severity == Severity.Error) Errors++;
        // a fault under `defaults` is met by every promise that takes the default, and told once
        if (_found.Count < Cap && one.At.IsKnown && !_told.Add((one.Code, one.At, one.Message))) return;
        if (_found.Count >= Cap) Left++;
        else _found.Add(one);
    }
}
