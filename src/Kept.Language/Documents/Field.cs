using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Kept.Language.Documents;

/// <summary>How the value of a field is written. A closed set; reading and the JSON Schema both follow it.</summary>
internal abstract record Form
{
    private Form() { }

    /// <summary>One scalar. <paramref name="Pattern"/> bounds it in the schema where that says more than <paramref name="Means"/>.</summary>
    public sealed record Text(string Means, string? Pattern = null, ImmutableArray<string> Choices = default, ImmutableArray<string> Examples = default) : Form;

    /// <summary>A list; with <paramref name="OrOne"/> a single item may stand without the list.</summary>
    public sealed record List(Form Item, bool OrOne = false) : Form;

    /// <summary>A mapping with free keys.</summary>
    public sealed record Map(string Keys, Form Value, string? KeyPattern = null) : Form;

    /// <summary>A mapping with known fields.</summary>
    public sealed record Of(Shape Shape) : Form;

    /// <summary>Either of two, told apart by what is written: a scalar or a mapping.</summary>
    public sealed record Either(Text Scalar, Form Other) : Form;
}

/// <summary>One field of a document.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Form">How its value is written.</param>
/// <param name="Means">One sentence for the reference page and for editors.</param>
/// <param name="Required">It must be written.</param>
/// <param name="Example">A value for the message that asks for it.</param>
internal sealed record Field(string Name, Form Form, string Means, bool Required = false, string? Example = null);

/// <summary>A mapping with known fields: the one table that reading, messages and the schema are made from.</summary>
/// <param name="Name">What it is called: <c>promise</c>.</param>
/// <param name="Title">For messages: <c>a promise</c>.</param>
/// <param name="Fields">In the order they are documented.</param>
/// <param name="Further">The form of further keys, where they are free.</param>
internal sealed record Shape(string Name, string Title, ImmutableArray<Field> Fields, Form? Further = null)
{
    private FrozenDictionary<string, Field>? _byName;

    public Field? Find(string name) => (_byName ??= Fields.ToFrozenDictionary(field => field.Name, StringComparer.Ordinal)).GetValueOrDefault(name);
}
