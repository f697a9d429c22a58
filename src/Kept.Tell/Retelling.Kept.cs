using System.Text.Json;
using System.Text.Json.Nodes;
using Kept.Language;
using Kept.Model;

namespace Kept.Tell;

/// <summary>
/// The fold up to an entry, kept so that a start reads only what came after: a cache that can always be thrown away. The same state is the same bytes.
/// </summary>
internal sealed partial class Retelling
{
    private const int Form = 3;

    /// <summary>The whole state as canonical JSON, but for silences that have run out.</summary>
    public byte[] Keep(Instant now)
    {
        Rest();
        return CanonicalJson.Of(State(now));
    }

    private JsonObject State(Instant now) => new()
    {
        ["form"] = Form,
        ["sequence"] = Sequence,
        ["hash"] = Hash,
        ["matters"] = new JsonArray([.. _matters.Values.OrderBy(matter => matter.Key, StringComparer.Ordinal).Select(matter => (JsonNode)new JsonObject
        {
            ["key"] = matter.Key,
            ["outcome"] = matter.Outcome.Wire(),
            ["before"] = matter.Before.Wire(),
            ["since"] = matter.Since.ToString(),
            ["sequence"] = matter.Sequence,
            ["reason"] = matter.Reason,
            ["isWish"] = matter.IsWish,
            ["isWithdrawn"] = matter.IsWithdrawn,
        })]),
        ["routes"] = new JsonArray([.. _routes.Values.OrderBy(route => route.Name, StringComparer.Ordinal).Select(route => (JsonNode)route.Kept())]),
        ["silences"] = new JsonArray([.. _silences.Values.Where(silence => now < silence.Until).Select(silence => (JsonNode)new JsonObject
        {
            ["id"] = silence.Id,
            ["scope"] = silence.Scope,
            ["until"] = silence.Until.ToString(),
            ["by"] = silence.By,
            ["because"] = silence.Because,
            ["began"] = silence.Began.ToString(),
        })]),
        ["former"] = KeptFormer(),
    };

    /// <summary>The state that was kept; null where it cannot be read as one: then everything is folded anew.</summary>
    /// <param name="kept">What <see cref="Keep"/> made, or what lies there instead.</param>
    /// <param name="now">No silence holds for longer from here on than anybody may ask for.</param>
    public static Retelling? OfKept(byte[] kept, Instant now)
    {
        try
        {
            using var document = JsonDocument.Parse(kept);
            var root = document.RootElement;
            if (root.GetProperty("form").GetInt32() != Form) return null;
            var retelling = new Retelling { Sequence = root.GetProperty("sequence").GetInt64(), Hash = Fields.Text(root, "hash") };
            foreach (var one in root.GetProperty("matters").EnumerateArray())
            {
                var matter = new Matter(Fields.Text(one, "key"), Outcomes.FromWire(Fields.Text(one, "outcome")), Outcomes.FromWire(Fields.Text(one, "before")),
                    Fields.Time(one, "since"), one.GetProperty("sequence").GetInt64(), Fields.Text(one, "reason"), one.GetProperty("isWish").GetBoolean())
                { IsWithdrawn = one.GetProperty("isWithdrawn").GetBoolean() };
                retelling._matters[matter.Key] = matter;
                if (!matter.IsWell) retelling._unwell.Add(matter.Key);
            }
            // in the order in which they came, which is what makes a restart the same as none
            foreach (var matter in retelling._matters.Values.Where(matter => matter.IsWithdrawn).OrderBy(matter => matter.Sequence).ThenBy(matter => matter.Key, StringComparer.Ordinal))
                retelling._withdrawn.Enqueue((matter.Sequence, matter.Key));
            foreach (var one in root.GetProperty("routes").EnumerateArray())
            {
                var route = RouteTold.OfKept(one);
                if (!retelling.CanCount(route.ToldCount) || !retelling.CanCount(route.DeadCount)) return null;
                retelling._routes[route.Name] = route;
            }
            foreach (var one in root.GetProperty("silences").EnumerateArray())
            {
                var silence = new Silence(one.GetProperty("id").GetInt64(), Fields.Text(one, "scope"), Fields.Time(one, "until"), Fields.Text(one, "by"), Fields.Text(one, "because"), Fields.Time(one, "began"));
                if (silence.Until > silence.Began + Teller.LongestSilence || silence.Until > now + Teller.LongestSilence) return null; // nobody asked for that
                retelling._silences[silence.Id] = silence;
            }
            retelling.TakeFormer(root.GetProperty("former"));
            return retelling;
        }
        catch (Exception fault) when (Fields.IsDamage(fault))
        {
            return null; // of another version, or damaged
        }
    }

    /// <summary>Each is counted by an entry of its own.</summary>
    private bool CanCount(long count) => count >= 0 && count <= Sequence;
}
