using System.Globalization;
using Kept.Import.Writing;
using Kept.Model;

namespace Kept.Import.Statuspage;

/// <summary>
/// Scheduled maintenance that is to come or under way, as dates of a calendar: the promises of the components that it names are not in force then, by the word of their owner. What was over before it was
/// announced excuses nothing, and what is over stands in the history alone.
/// </summary>
internal static class StatuspageMaintenance
{
    private const string Calendar = "maintenance";

    /// <summary>Of one component: a calendar has no more lines.</summary>
    private const int Most = 300;

    public static void Plan(IEnumerable<StatuspageEvent> events, DateTimeOffset? now, Func<string, AgentDraft?> agentOf, Losses losses)
    {
        foreach (var planned in events.Where(one => one.IsPlanned).OrderBy(one => one.From).ThenBy(one => one.Id, StringComparer.Ordinal))
        {
            if (planned.To is not { } to)
            {
                losses.Lost(planned.At, planned.Name, "it does not say until when it lasts, and without an end it would excuse everything from then on", "write it as soon as its end is known: open: '2026-12-03 22:00 to 2026-12-04 02:00 UTC'");
                continue;
            }
            if (now is { } today && to <= today) continue; // over, whatever its status says
            var from = planned.Announced is { } announced && announced > planned.From ? announced : planned.From;
            if (from > planned.From) losses.Changed(planned.At, planned.Name, "it was announced after it had begun: what was over by then is not excused");
            // whole minutes, and none that was not announced
            (from, to) = (Minute(from, up: true), Minute(to, up: false));
            if (from >= to || to - from > TimeSpan.FromDays(DatedSpan.MostDays) || from.Year < 2000 || to.Year > 2199)
            {
                losses.Lost(planned.At, planned.Name, from >= to ? "there is no time between its begin and its end" : "it lasts for longer than a calendar takes", "write the hours that are meant");
                continue;
            }
            var agents = planned.Said.Select(said => agentOf(said.Component)).OfType<AgentDraft>().Where(agent => agent.Promises.Count > 0).ToList();
            if (agents.Count == 0) losses.Lost(planned.At, planned.Name, "it names no component of this page, so it is not known whom it meets", "write it at the promises that it is about: given: not during maintenance");
            foreach (var agent in agents) Add(agent, $"{Text(from)} to {Text(to)} UTC", planned, losses);
        }
    }

    private static void Add(AgentDraft agent, string open, StatuspageEvent planned, Losses losses)
    {
        if (agent.Calendars is [var calendar, ..])
        {
            if (calendar.Further.Count < Most) calendar.Further.Add(open);
            else if (calendar.Further.Count == Most) losses.Lost(planned.At, agent.Source, $"more than {Most} maintenances are planned of it: the later ones are not carried");
            return;
        }
        agent.Calendars.Add(new CalendarDraft(Calendar, open, planned.At));
        foreach (var promise in agent.Promises) promise.Given = "not during " + Calendar;
    }

    private static DateTimeOffset Minute(DateTimeOffset moment, bool up)
    {
        var whole = moment.AddTicks(-(moment.Ticks % TimeSpan.TicksPerMinute));
        return up && whole < moment ? whole.AddMinutes(1) : whole;
    }

    private static string Text(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
