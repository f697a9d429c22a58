using Kept.Language.Documents;
using Kept.Model;

namespace Kept.Language;

/// <summary>Calendars as terms and the ledger tell them: the lines of their hours in one text.</summary>
public static class CalendarText
{
    /// <summary>The calendar of a text that was <see cref="Calendar.Text"/> of one, without its name; null where it is no such text.</summary>
    public static Calendar? Read(string text) => CalendarReader.OfText(text);
}
