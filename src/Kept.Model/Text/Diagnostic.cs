namespace Kept.Model;

/// <summary>How much a diagnostic weighs. An error of form (<c>L…</c>) refuses the house; an error of a rule (<c>R…</c>) makes that promise not a promise.</summary>
public enum Severity { Information, Warning, Error }

/// <summary>One thing that is wrong with a document, as a value: what, where, and what to write instead.</summary>
/// <param name="Code">Stable and never used again: <c>L012</c>, <c>R05</c>. Has one page under docs/errors.</param>
/// <param name="Severity">Error, warning or information.</param>
/// <param name="At">The place marked.</param>
/// <param name="Message">What is wrong, in one sentence without a full stop.</param>
/// <param name="Help">What to write instead.</param>
/// <param name="Promise">The promise it is about, when it is about one: an error makes that promise not a promise.</param>
/// <param name="LineText">The source line for display; null once the text is dropped.</param>
public sealed record Diagnostic(string Code, Severity Severity, Place At, string Message, string? Help = null, PromiseName? Promise = null, string? LineText = null)
{
    /// <summary>Form, grammar, names: refuses the whole house. Everything else loads.</summary>
    public bool RefusesHouse => Severity == Severity.Error && Code.StartsWith('L');
}
