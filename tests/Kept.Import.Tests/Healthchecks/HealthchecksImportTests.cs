using CsCheck;
using Kept.Import.Healthchecks;
using Kept.Model;
using Kept.TestKit;
using Xunit;

namespace Kept.Import.Tests.Healthchecks;

/// <summary>The answer of Healthchecks' Management API.</summary>
public sealed class HealthchecksImportTests
{
    [Fact]
    public void Checks_become_heartbeats_and_no_uuid_is_written()
    {
        var shown = Importing.Shown(Importing.Of("healthchecks", Importing.Case("Healthchecks", "checks.json")));
        Snapshot.Matches(shown);
        Assert.DoesNotContain("7bde-4eee", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", shown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_and_a_single_check_are_taken_too()
    {
        const string one = "{\"name\":\"a\",\"grace\":60,\"timeout\":3600,\"status\":\"up\"}";
        Assert.Equal(1, Importing.Of("healthchecks", one).Carried);
        Assert.Equal(2, Importing.Of("healthchecks", $"[{one},{one}]").Carried);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"checks\":[]}")]
    [InlineData("{\"checks\":[1]}")]
    [InlineData("{\"checks\":{\"a\":1}}")]
    [InlineData("{\"error\":\"wrong api key\"}")]
    [InlineData("{\"checks\":[{\"name\":\"a\",\"grace\":60,\"timeout\":NaN}]}")]
    [InlineData("{\"checks\":[{\"name\":\"a\",\"grace\":60,\"timeout\":3600},{\"name\":\"b\"")]
    public void What_is_no_answer_of_it_is_told_and_nothing_is_written(string text)
    {
        var reading = Importing.Of("healthchecks", text);
        Assert.True(reading.IsBroken);
        Assert.Equal(text.Contains("\"b\"", StringComparison.Ordinal) ? 1 : 0, reading.Carried);
    }

    [Theory]
    [InlineData("*/10 * * * *", 10, 10)]
    [InlineData("0 * * * *", 60, 60)]
    [InlineData("0 3 * * *", 1_440, 1_440)]
    [InlineData("30 7 * * MON-FRI", 1_440, 3 * 1_440)]
    [InlineData("0 0 1 * *", 28 * 1_440, 31 * 1_440)]
    [InlineData("0 9,17 * * *", 480, 960)]
    [InlineData("0 0 1 1 *", 365 * 1_440, 366 * 1_440)]
    [InlineData("0 0 13 * 5", 1_440, 7 * 1_440)]
    [InlineData("5/20 * * * *", 20, 20)]
    public void Pauses_of_a_cron_line(string line, int shortest, int longest) =>
        Assert.Equal((Duration.Minutes(shortest), Duration.Minutes(longest)), HealthchecksCron.Pauses(line));

    [Theory]
    [InlineData("0 0 29 2 *")]
    [InlineData("0 0 31 2 *")]
    [InlineData("* * * *")]
    [InlineData("60 * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("5-1 * * * *")]
    [InlineData("@daily")]
    [InlineData("0 0 L * *")]
    [InlineData("0 0 * * MON#1")]
    [InlineData("Mon..Fri *-*-* 12:00")]
    public void Lines_whose_pauses_are_not_known(string line) => Assert.Null(HealthchecksCron.Pauses(line));

    /// <summary>Against every minute of some years, one by one.</summary>
    [Fact]
    public void Pauses_are_those_of_the_minutes_themselves()
    {
        Gen.Select(Gen.Int[0, 59].Array[1, 3], Gen.Int[0, 23].Array[1, 3], Gen.Bool, Gen.Int[1, 31].Array[1, 3], Gen.Bool, Gen.Int[0, 6].Array[1, 3]).Sample((minutes, hours, byDay, days, byWeekday, weekdays) =>
        {
            var line = $"{string.Join(',', minutes)} {string.Join(',', hours)} {(byDay ? string.Join(',', days) : "*")} * {(byWeekday ? string.Join(',', weekdays) : "*")}";
            var (shortest, longest, last) = (long.MaxValue, 0L, -1L);
            var date = new DateTime(2000, 1, 1);
            for (var day = 0; day < 28 * 366; day++)
            {
                var at = date.AddDays(day);
                var fits = byDay && byWeekday ? days.Contains(at.Day) || weekdays.Contains((int)at.DayOfWeek) : (!byDay || days.Contains(at.Day)) && (!byWeekday || weekdays.Contains((int)at.DayOfWeek));
                if (!fits) continue;
                foreach (var moment in hours.SelectMany(hour => minutes.Select(minute => day * 1_440L + hour * 60 + minute)).Distinct().Order())
                {
                    if (last >= 0) (shortest, longest) = (Math.Min(shortest, moment - last), Math.Max(longest, moment - last));
                    last = moment;
                }
            }
            Assert.Equal((Duration.Minutes(shortest), Duration.Minutes(longest)), HealthchecksCron.Pauses(line));
            return true;
        }, iter: 100);
    }

    [Fact]
    public void Checks_of_any_shape_never_throw()
    {
        string[] keys = ["name", "slug", "tags", "desc", "grace", "timeout", "schedule", "tz", "status", "channels", "methods", "failure_kw", "uuid"];
        string[] values = ["1", "-1", "1e300", "null", "true", "\"\"", "\"a\"", "\"new\"", "\"${env:HOME}\"", "\"../x\"", "\"* * * * *\"", "\"a\\nb\"", "[]", "{}", "[{\"a\":1}]"];
        Gen.Select(Gen.Int[0, keys.Length - 1], Gen.Int[0, values.Length - 1]).Array[0, 8].Array[1, 5].Sample(checks =>
        {
            Importing.Of("healthchecks", "{\"checks\":[" + string.Join(',', checks.Select(fields => "{" + string.Join(',', fields.Select(field => $"\"{keys[field.Item1]}\":{values[field.Item2]}")) + "}")) + "]}");
            return true;
        }, iter: 200);
    }
}
