using Kept.Model;

namespace Kept.Engine.Recording;

/// <summary>What one look read, as JSON for people; bounded to <see cref="MostBytes"/>.</summary>
internal static class EvidenceBody
{
    public const int MostBytes = 16 * 1024;
    private const int MostExpectations = 40, MostReason = 300, MostExcerpt = 4096;

    /// <summary>Keep it: the class changed, it is one of the first bad ones or each tenth after, or each hundredth good one.</summary>
    /// <param name="alike">Looks of this class in a row, this one included.</param>
    public static bool IsWorthKeeping(LookClass kind, long alike) =>
        alike == 1 || (kind == LookClass.Bad ? alike <= 10 || alike % 10 == 0 : kind == LookClass.Good && alike % 100 == 0);

    public static byte[] Write(JudgedLook judged, Observation seen)
    {
        var bytes = Write(judged, seen, MostExcerpt);
        for (var excerpt = MostExcerpt / 4; bytes.Length > MostBytes && excerpt > 0; excerpt /= 4) bytes = Write(judged, seen, excerpt);
        return bytes.Length <= MostBytes ? bytes : new Members().Set("class", Wire(judged.Class)).Set("reason", Cut(judged.Reason, MostReason)).ToBytes();
    }

    public static string Wire(LookClass kind) => kind switch
    {
        LookClass.Good => "good",
        LookClass.Bad => "bad",
        LookClass.NotInForce => "not-in-force",
        LookClass.ConditionUnknown => "condition-unknown",
        _ => "gap",
    };

    private static byte[] Write(JudgedLook judged, Observation seen, int excerpt) => new Members()
        .Set("address", seen.Address)
        .Set("addresses", judged.Addresses.IsEmpty ? null : judged.Addresses.Select(one => new Members()
            .Set("address", one.Address).Set("class", Wire(one.Class)).Set("reason", Cut(one.Reason, MostReason))))
        .Set("class", Wire(judged.Class))
        .Set("code", seen.Code >= 0 ? seen.Code : null)
        .Set("detail", Cut(seen.Detail, MostReason))
        .Set("excerpt", Cut(seen.Excerpt, excerpt))
        .Set("expectations", judged.Expectations.IsDefaultOrEmpty ? [] : judged.Expectations.Take(MostExpectations).Select(one => new Members()
            .Set("reason", Cut(one.Reason, MostReason)).Set("text", Cut(one.Text, MostReason))
            .Set("truth", one.Truth switch { Truth.True => "true", Truth.False => "false", _ => "unknown" })))
        .Set("reason", Cut(judged.Reason, MostReason * 2))
        .Set("size", seen.Reach == Reach.Answered ? seen.Size : null)
        .Set("startedAt", seen.StartedAt.ToString())
        .Set("steps", seen.Steps.IsDefaultOrEmpty ? null : seen.Steps.Select(step => new Members()
            .Set("code", step.Code >= 0 ? step.Code : null).Set("name", step.Name).Set("time", new Duration(step.Phases.Total).ToString())))
        .ToBytes();

    private static string? Cut(string? text, int most) => text is null || text.Length <= most ? text : text[..most] + "…";
}
