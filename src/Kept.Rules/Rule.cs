using System.Collections.Immutable;
using Kept.Model;

namespace Kept.Rules;

/// <summary>What a rule is about; the chapters of the rule book.</summary>
public enum RuleTheme { Autonomy, Conditions, WhatIsAPromise, Conflicts, Change, Dependence, Capacity, People }

/// <summary>Where a rule comes from, in the marks of the rule book.</summary>
public enum RuleSource
{
    /// <summary>[P] read in the primary text.</summary>
    Primary,
    /// <summary>[S] through a second text that quotes or numbers it.</summary>
    Second,
    /// <summary>[D] our own consequence of the talk and of set or reliability theory.</summary>
    Derived,
}

/// <summary>One clause of a rule that a house decides by itself.</summary>
/// <param name="Rule">The rule's id.</param>
/// <param name="Slug">Names it in examples and on the help page; stable.</param>
/// <param name="Severity">An error makes the promise not a promise.</param>
/// <param name="Says">When it speaks, in words.</param>
public sealed record RuleClause(string Rule, string Slug, Severity Severity, string Says)
{
    internal Finding At(Place at, string message, string? help = null, PromiseName? promise = null) =>
        new(this, new Diagnostic(Rule, Severity, at, message, help, promise));
}

/// <summary>A part of a rule that this house cannot decide alone. It answers nothing here: never "pass".</summary>
/// <param name="Says">What it demands.</param>
/// <param name="Because">Why it cannot be decided from the documents of one house.</param>
public sealed record UndecidedClause(string Says, string Because);

/// <summary>A part of a rule that the reader of documents already refuses or warns about, so the rule need not.</summary>
/// <param name="Says">What it demands.</param>
/// <param name="Code">The reader's code.</param>
public sealed record ReaderClause(string Says, string Code);

/// <summary>One rule as data: what it demands, what of it is decided here, and what is not.</summary>
/// <param name="Id"><c>R05</c>. Never used again for anything else.</param>
/// <param name="Severity">The weight the rule book gives it; a clause may weigh less, and its page says why.</param>
/// <param name="Title">A few words.</param>
/// <param name="Meaning">What it demands and what it is good for, in plain words.</param>
/// <param name="Theme">Its chapter.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="Clauses">What this house decides.</param>
/// <param name="NotDecidedHere">What it does not, and why.</param>
public sealed record Rule(
    string Id, Severity Severity, string Title, string Meaning, RuleTheme Theme, RuleSource Source, ImmutableArray<RuleClause> Clauses,
    ImmutableArray<UndecidedClause> NotDecidedHere)
{
    /// <summary>What the reader decides on the way.</summary>
    public ImmutableArray<ReaderClause> DecidedByReader { get; init; } = [];

    /// <summary>A pure function of the context; null where nothing that could be read can violate the rule.</summary>
    internal Func<RuleContext, IEnumerable<Finding>>? Check { get; init; }
}

/// <summary>A diagnostic with the clause it came from.</summary>
internal sealed record Finding(RuleClause Clause, Diagnostic Diagnostic);
