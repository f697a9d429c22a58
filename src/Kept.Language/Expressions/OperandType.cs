using Kept.Model;

namespace Kept.Language;

internal enum TypeKind
{
    Quantity,
    Text,
    Flag,
    Nothing,
    List,
    Map,
    /// <summary>A body as a whole: text.</summary>
    Body,
    /// <summary>Found at run time: something inside a body or a list. A quantity there has no unit.</summary>
    Found,
}

/// <summary>What sort of thing one side of a comparison is, known at load.</summary>
internal readonly record struct OperandType(TypeKind Kind, Dimension Dimension = Dimension.Number)
{
    public static readonly OperandType Found = new(TypeKind.Found);
    public static readonly OperandType Text = new(TypeKind.Text);
    public static readonly OperandType Number = new(TypeKind.Quantity);

    public bool IsTextual => Kind is TypeKind.Text or TypeKind.Body;

    public static OperandType Of(Value value) => value switch
    {
        Value.Measured measured => new(TypeKind.Quantity, measured.Quantity.Dimension),
        Value.Text => Text,
        Value.Flag => new(TypeKind.Flag),
        Value.List => new(TypeKind.List),
        Value.Map => new(TypeKind.Map),
        Value.Body => new(TypeKind.Body),
        _ => new(TypeKind.Nothing),
    };

    public static OperandType Of(ObservedName name) => name.Form switch
    {
        ObservedForm.Quantity => new(TypeKind.Quantity, name.Dimension),
        ObservedForm.Flag => new(TypeKind.Flag),
        ObservedForm.List => new(TypeKind.List),
        ObservedForm.Map => new(TypeKind.Map),
        ObservedForm.Body => new(TypeKind.Body),
        _ => Text,
    };

    /// <summary>For messages: what it is.</summary>
    public string Words => Kind switch
    {
        TypeKind.Quantity => Of(Dimension),
        TypeKind.Text => "text",
        TypeKind.Flag => "true or false",
        TypeKind.Nothing => "null",
        TypeKind.List => "a list",
        TypeKind.Map => "a set of named texts",
        TypeKind.Body => "the text of the whole body",
        _ => "found in the answer",
    };

    public static string Of(Dimension dimension) => dimension switch
    {
        Dimension.Time => "a time",
        Dimension.Ratio => "a share",
        Dimension.Rate => "a rate",
        Dimension.Size => "a size",
        _ => "a plain number",
    };
}

/// <summary>An operand as read, with its type and its extent in the text.</summary>
internal readonly record struct TypedOperand(Operand Operand, OperandType Type, int Start, int End)
{
    public bool IsWritten => Operand is Operand.Literal;

    public int Length => End - Start;
}
