using Kept.Judging;
using Kept.Model;

namespace Kept.Server.Tests;

/// <summary>A promise whose objective counts two checks in one budget, judged by the judge itself: 360 looks of each, 3 of web and 20 of api bad.</summary>
internal static class MadeParts
{
    public const string Objective = "availability of (web weight 3, api) >= 98% over 1h", Sliced = "availability of (web, api) >= 80% per 5m over 1h";

    /// <summary>The house with that promise in place of its second one.</summary>
    public static MadeHouse House(int web = 3, int api = 20)
    {
        var house = new MadeHouse();
        var made = house.View.Promises[1];
        var check = made.Promise.Checks[0] with { Every = Duration.Seconds(10), Confirm = Confirmation.AtOnce };
        var weighted = made.Promise.Keeps[0] with { Text = Objective, Target = Quantity.Ratio(0.98m), Window = new Window.Rolling(Duration.Hours(1)), Parts = new ObjectiveParts([new ObjectivePart("web", 3), new ObjectivePart("api", 1)]) };
        var sliced = weighted with { Text = Sliced, Target = Quantity.Ratio(0.8m), Slice = Duration.Minutes(5), Parts = new ObjectiveParts([new ObjectivePart("web", 1), new ObjectivePart("api", 1)]) };
        var promise = made.Promise with { Name = new PromiseName("live-show", "checkout", 1), Benefit = "As a viewer you can pay, whichever way you came.", Keeps = [weighted, sliced], Checks = [check with { Name = "web" }, check with { Name = "api" }], Coverage = 0.9m };
        var begin = MadeHouse.Now - Duration.Hours(1) + Duration.Seconds(10); // the window is open at its beginning
        var fold = new PromiseFold(promise, made.Verdict.Assessor, begin);
        for (var i = 0; i < 360; i++)
            for (var part = 0; part < 2; part++)
            {
                var isBad = i < (part == 0 ? web : api);
                fold.Add(part, new LookRecord(0, begin + (Duration.Seconds(10) * i), 0, isBad ? LookClass.Bad : LookClass.Good, TargetFailure.None, GapCause.None, isBad ? 503 : 200, 64, new Phases(-1, -1, -1, -1, Duration.PerMillisecond), true, []));
            }
        var verdict = fold.VerdictAt(MadeHouse.Now, _ => Outcome.Unknown);
        house.Replace(house.View with { Promises = [.. house.View.Promises.Select((view, index) => index == 1 ? view with { Promise = promise, Verdict = verdict, Checks = [.. promise.Checks.Select(one => view.Checks[0] with { Check = one })] } : view)] });
        return house;
    }
}
