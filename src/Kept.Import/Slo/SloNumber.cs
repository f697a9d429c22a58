using System.Globalization;
using Kept.Language.Foreign;
using Kept.Model;

namespace Kept.Import.Slo;

/// <summary>Figures of objectives, exact as they are written: 99.9 is no 99.9000000000000057.</summary>
internal static class SloNumber
{
    private const NumberStyles Form = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>A decimal; null where it is none, not finite, or longer than 28 digits.</summary>
    public static decimal? Read(string text) => text.Length <= 40 && decimal.TryParse(text, Form, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>As a document writes it.</summary>
    public static string Text(decimal number) => number.ToString("0.############################", CultureInfo.InvariantCulture);

    /// <summary>A share as a document writes it: <c>99.9%</c>.</summary>
    public static string Percent(decimal share) => Text(share * 100) + "%";

    /// <summary>A target that is met by nothing or by everything promises nothing; null, and told, where it is none or out of bounds.</summary>
    /// <param name="most">What stands for all: 1 or 100.</param>
    /// <param name="takesAll">Whether the tool takes a target of all.</param>
    public static decimal? Target(ForeignNode.Text? text, decimal most, string subject, Losses losses, Place at, bool takesAll)
    {
        if (text is null)
        {
            losses.Lost(at, subject, "it has no target, and without one nothing is asked", most == 1 ? "target: 0.999" : "99.9");
            return null;
        }
        if (Read(text.Content) is not { } number)
        {
            losses.Lost(text.At, subject, $"`{Losses.Short(text.Content)}` is no number", most == 1 ? "target: 0.999" : "99.9");
            return null;
        }
        if (number < 0 || number > most || number == most && !takesAll)
        {
            losses.Lost(text.At, subject, $"a target lies between 0 and {Text(most)}, and {Losses.Short(text.Content)} does not", number is > 1 and < 100 && most == 1 ? $"target: {Text(number / 100)}" : null);
            return null;
        }
        if (number == 0)
        {
            losses.Hollow(ImportCodes.CannotFail, text.At, subject, "a target of 0 is met by anything", "everything fails, and it is met", most == 1 ? "target: 0.999" : "99.9");
            return null;
        }
        if (most == 100 && number < 1)
            losses.Hollow(ImportCodes.MisreadValue, text.At, subject, $"the target is in percent: {Text(number)} is {Text(number)} %, and was probably meant as {Text(number * 100)} %", $"{Text(100 - number)} % of all may fail", Text(number * 100));
        return number / most;
    }
}
