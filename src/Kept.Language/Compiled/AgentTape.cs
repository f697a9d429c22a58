using Kept.Model;

namespace Kept.Language.Compiled;

/// <summary>Agents and their relations in the compiled form.</summary>
internal static class AgentTape
{
    public static void Write(this TapeWriter tape, Agent agent)
    {
        tape.Text(agent.Id);
        tape.Text(agent.Name);
        tape.Byte((byte)agent.Kind);
        tape.Texts(agent.Domains);
        tape.Maybe(agent.Until, until => tape.Whole(until.Microseconds));
        tape.List(agent.Contacts, contact =>
        {
            tape.Text(contact.Role);
            tape.Text(contact.Reach);
            tape.Text(contact.Hours);
            tape.Maybe(contact.Answers, answers => tape.Whole(answers.Nanoseconds));
            tape.Maybe(contact.Expires, expires => tape.Whole(expires.Microseconds));
            tape.At(contact.At);
        });
        tape.MaybeOf(agent.Attention, attention =>
        {
            tape.Maybe(attention.Checks, tape.Quantity);
            tape.Maybe(attention.People, tape.Quantity);
            tape.Maybe(attention.Relationships, count => tape.Whole(count));
        });
        tape.MaybeOf(agent.Load, load =>
        {
            tape.Text(load.Metric);
            tape.Text(load.Url);
        });
        tape.Text(agent.Region);
        tape.List(agent.Types, tape.Write);
        tape.List(agent.Calendars, calendar => tape.Shared(calendar, tape.Write));
        tape.List(agent.Capacities, pair =>
        {
            tape.Text(pair.Key);
            tape.Amount(pair.Value);
        });
        tape.List(agent.Promises, tape.Write);
        tape.List(agent.ReliesOn, tape.Write);
        tape.Texts(agent.Members);
        tape.Text(agent.MemberOf);
        tape.Byte((byte)agent.Origin);
        tape.At(agent.At);
        tape.Places(agent.FieldPlaces);
        tape.Texts(agent.Found);
    }

    public static Agent Agent(this TapeReader tape, IReadOnlyDictionary<string, CheckKind> kinds) => new()
    {
        Id = tape.Text(),
        Name = tape.Text(),
        Kind = tape.One<AgentKind>(),
        Domains = tape.Texts(),
        Until = tape.Maybe(() => new Instant(tape.Whole())),
        Contacts = tape.List(() => new Contact(tape.Text(), tape.Text(), tape.MaybeText(), tape.Maybe(() => tape.Length()), tape.Maybe(() => new Instant(tape.Whole())), tape.At())),
        Attention = tape.MaybeOf(() => new Attention(tape.Maybe(tape.Quantity), tape.Maybe(tape.Quantity), tape.Maybe(tape.Int))),
        Load = tape.MaybeOf(() => new LoadSource(tape.Text(), tape.Text())),
        Region = tape.MaybeText(),
        Types = tape.List(tape.QuantityType),
        Calendars = tape.List(() => tape.Shared(tape.Calendar)),
        Capacities = tape.List(() => KeyValuePair.Create(tape.Text(), tape.Amount())),
        Promises = tape.List(() => tape.Promise(kinds)),
        ReliesOn = tape.List(() => tape.Reliance(kinds)),
        Members = tape.Texts(),
        MemberOf = tape.MaybeText(),
        Origin = tape.One<DocumentOrigin>(),
        At = tape.At(),
        FieldPlaces = tape.Places(),
        Found = tape.Texts(),
    };

    public static void Write(this TapeWriter tape, Calendar calendar)
    {
        tape.Text(calendar.Name);
        tape.List(calendar.Open, span =>
        {
            tape.Whole(span.From);
            tape.Whole(span.To);
        });
        tape.Text(calendar.Zone);
        tape.Text(calendar.Text);
        tape.List(calendar.Forecast, pair =>
        {
            tape.Text(pair.Key);
            tape.Quantity(pair.Value);
        });
        tape.At(calendar.At);
        tape.List(calendar.Dates, span =>
        {
            tape.Whole(span.First);
            tape.Whole(span.Last);
            tape.Byte(span.Days);
            tape.Whole(span.From);
            tape.Whole(span.To);
        });
    }

    public static Calendar Calendar(this TapeReader tape)
    {
        var calendar = new Calendar(tape.Text(), tape.List(() => new WeeklySpan(tape.Int(), tape.Int())), tape.Zone(), tape.Text(), tape.List(() => KeyValuePair.Create(tape.Text(), tape.Quantity())), tape.At()) { Dates = tape.List(tape.Dated) };
        var end = -1;
        foreach (var span in calendar.Open)
        {
            // in order, apart, and the last ends at most where the first begins again
            if (span.From <= end || span.From >= Week || span.To <= span.From || span.To - calendar.Open[0].From > Week) throw TapeReader.Damaged();
            end = span.To;
        }
        tape.HoldDays(calendar);
        return calendar;
    }

    private const int Week = 7 * DatedSpan.MinutesPerDay;

    private static void Write(this TapeWriter tape, Reliance reliance)
    {
        tape.Text(reliance.Agent);
        tape.Text(reliance.Document);
        tape.Text(reliance.Status);
        tape.Text(reliance.Terms);
        tape.Texts(reliance.RunsOn);
        tape.List(reliance.Accepts, acceptance =>
        {
            tape.Text(acceptance.Promise);
            tape.Whole(acceptance.Line);
            tape.Text(acceptance.Purpose);
            tape.List(acceptance.Needs, tape.Write);
            tape.MaybeOf(acceptance.Use, use =>
            {
                tape.Write(use.Quantity);
                tape.Byte((byte)use.Operator);
                tape.Quantity(use.Value);
                tape.Text(use.Text);
            });
            tape.At(acceptance.At);
        });
        tape.List(reliance.Wishes, tape.Write);
        tape.At(reliance.At);
        tape.Texts(reliance.Found);
    }

    private static Reliance Reliance(this TapeReader tape, IReadOnlyDictionary<string, CheckKind> kinds) => new()
    {
        Agent = tape.Text(),
        Document = tape.MaybeText(),
        Status = tape.MaybeText(),
        Terms = tape.MaybeText(),
        RunsOn = tape.Texts(),
        Accepts = tape.List(() => new Acceptance(tape.Text(), tape.Int(), tape.MaybeText(), tape.List(tape.Objective),
            tape.MaybeOf(() => new UseLimit(tape.QuantityType(), tape.One<Comparison>(), tape.Quantity(), tape.Text())), tape.At())),
        Wishes = tape.List(() => tape.Promise(kinds)),
        At = tape.At(),
        Found = tape.Texts(),
    };
}
