using System.Collections.Immutable;

namespace Kept.Model;

/// <summary>A file that a check names and that says what may be asked, so that a question can be held against it before it is asked.</summary>
/// <param name="Field">The field that names it.</param>
/// <param name="Marks">The fields that may not fit it: their places are kept for that.</param>
/// <param name="Understand">Reads it once for all checks that name it. Pure, and never throws for what is in it.</param>
public sealed record NamedFile(string Field, ImmutableArray<string> Marks, Func<ReadOnlyMemory<byte>, FileUnderstood> Understand);

/// <summary>What a file says may be asked, or why it says nothing: half a file may be one that is being written.</summary>
/// <param name="Holds">Null where it was not understood.</param>
/// <param name="Why">Null where it was; else what is wrong, as "the file … ".</param>
public readonly record struct FileUnderstood(HoldsQuestion? Holds, string? Why);

/// <summary>Says of a check what does not fit the file that it names; null: all does.</summary>
/// <param name="steps">What may be spent in all on looking for the word that was meant; counted down (<see cref="Nearest"/>).</param>
public delegate Misfit? HoldsQuestion(Check check, ref long steps);

/// <summary>What of a check does not fit the file that it names.</summary>
/// <param name="Field">The field that does not.</param>
/// <param name="Message">What is wrong, in one sentence without a full stop.</param>
/// <param name="Help">What to write instead.</param>
public sealed record Misfit(string Field, string Message, string Help);

/// <summary>A file as it was read, or why it was not.</summary>
/// <param name="Path">Where it lies: equal for the same file.</param>
/// <param name="Why">Null where it was read.</param>
public readonly record struct FileRead(string Path, ReadOnlyMemory<byte> Bytes, string? Why);

/// <summary>Reads a file that a document names.</summary>
/// <param name="from">Where it is named: paths start from that document.</param>
/// <param name="name">As written.</param>
public delegate FileRead ReadNamedFile(Place from, string name);
