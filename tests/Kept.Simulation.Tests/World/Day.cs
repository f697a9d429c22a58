namespace Kept.Simulation.Tests.World;

/// <summary>A simulated day: faults drawn from the seed, every invariant after every step, then everything heals and all must become well.</summary>
internal sealed record Day(int Seed, long Looks, int Steps, int Crashes, int Messages, IReadOnlyList<string> Broken)
{
    public static readonly TimeSpan Whole = TimeSpan.FromHours(24);

    /// <param name="seed">Everything is drawn from it.</param>
    /// <param name="planted">A bug that is put in on purpose.</param>
    /// <param name="promises">How many at the beginning.</param>
    /// <param name="every">How often each is looked at.</param>
    /// <param name="length">How long faults are made.</param>
    public static Day Of(int seed, Planted planted = Planted.None, int promises = 12, string every = "60s", TimeSpan? length = null)
    {
        using var world = new SimWorld(seed, planted, promises, every);
        var checkers = new Checkers(world, every);
        // each seed has faults of its own: what never happens in one may hide what happens in another
        var faults = Enum.GetValues<Fault>().Where(_ => world.Draw(3) > 0).ToArray();
        if (faults.Length == 0) faults = [Fault.Target];
        world.Run();
        world.Advance(TimeSpan.FromSeconds(2));
        var (steps, end) = (0, SimWorld.Start + (length ?? Whole));
        while (world.Clock.GetUtcNow() < end && checkers.Broken.Count == 0)
        {
            var (crashes, from) = (world.Crashes, world.Now);
            var fault = faults[world.Draw(faults.Length)];
            Make(fault, world, checkers);
            world.Advance(TimeSpan.FromSeconds(20 + world.Draw(world.Draw(10) == 0 ? 3_600 : 300)));
            if (world.Refused is { } damaged)
            {
                checkers.Broken.Add($"I9 at {world.Now}: {damaged}");
                break;
            }
            if (world.IsTroubled) checkers.Troubled(from, isTelling: true);
            if (world.Crashes > crashes || fault is Fault.StopAndStart or Fault.Pause or Fault.ClockAhead or Fault.ClockBack) checkers.Troubled(from, isTelling: false);
            checkers.AfterStep();
            if (world.Crashes > crashes) checkers.NothingIsLost();
            if (++steps % 20 == 0) checkers.TheChainHolds();
        }
        if (checkers.Broken.Count == 0) Heal(world, checkers);
        if (world.Thread.ForeignPosts > 0) checkers.Broken.Add($"{world.Thread.ForeignPosts} steps left the one thread");
        return new Day(seed, world.Targets.Count, steps, world.Crashes, world.Receivers.Values.Sum(receiver => receiver.Got.Count), checkers.Broken);
    }

    private static void Heal(SimWorld world, Checkers checkers)
    {
        world.Calm();
        world.Targets.Heal();
        (world.Ledger.IsFull, world.Ledger.IsUnreadable, world.Ledger.Slow) = (false, false, null);
        foreach (var receiver in world.Receivers.Values) (receiver.IsDown, receiver.LosesAnswers) = (false, false);
        world.Advance(TimeSpan.FromHours(5)); // the longest pause of the outbox, and every window
        checkers.AfterStep();
        checkers.AllIsWell();
        checkers.NothingIsLost();
        checkers.NothingIsMissing();
        checkers.EverybodyWasTold();
        checkers.TheChainHolds();
        var before = world.House.View.Promises.Select(promise => (promise.Promise.Name, promise.Verdict.Outcome)).ToList();
        world.StopInOrder();
        world.Run();
        world.Advance(TimeSpan.FromSeconds(3));
        checkers.TheSameAgain(before);
        world.StopInOrder();
    }

    private enum Fault { Target, ManyTargets, Recovery, OwnLine, DiskFull, DiskSlow, Unreadable, Crash, CrashAtAPoint, StopAndStart, ClockAhead, ClockBack, Pause, Documents, BrokenDocuments, Receiver, LostAnswers, Upkeep }

    private static void Make(Fault fault, SimWorld world, Checkers checkers)
    {
        var targets = world.Documents.Targets;
        var does = (Does)world.Draw(Enum.GetValues<Does>().Length);
        switch (fault)
        {
            case Fault.Target: world.Targets[targets[world.Draw(targets.Count)]] = does; break;
            case Fault.ManyTargets:
                foreach (var target in targets) world.Targets[target] = does;
                break;
            case Fault.Recovery: world.Targets.Heal(); break;
            case Fault.OwnLine: world.Targets.IsCut = !world.Targets.IsCut; break;
            case Fault.DiskFull: world.Ledger.IsFull = !world.Ledger.IsFull; break;
            case Fault.DiskSlow: world.Ledger.Slow = world.Ledger.Slow is null ? () => Task.Delay(TimeSpan.FromMilliseconds(200 + world.Draw(3_000)), world.Clock) : null; break;
            case Fault.Unreadable: world.Ledger.IsUnreadable = !world.Ledger.IsUnreadable; break;
            case Fault.Crash:
                world.Kill();
                world.Clock.Advance(TimeSpan.FromSeconds(world.Draw(600)), world.Thread.RunAll);
                world.Run();
                break;
            case Fault.CrashAtAPoint: world.CrashSoon(); break;
            case Fault.StopAndStart:
                (world.Ledger.IsFull, world.Ledger.IsUnreadable) = (false, false);
                world.StopInOrder();
                world.Run();
                break;
            case Fault.ClockAhead:
                world.Clock.Jump(TimeSpan.FromSeconds(world.Draw(2_000)));
                checkers.ClockJumped();
                break;
            case Fault.ClockBack:
                world.Clock.Jump(TimeSpan.FromSeconds(-world.Draw(300)));
                checkers.ClockJumped();
                break;
            case Fault.Pause: world.Clock.Freeze(TimeSpan.FromSeconds(world.Draw(300))); break;
            case Fault.Documents:
                world.Documents.Change();
                world.Take(world.Documents.Read());
                break;
            case Fault.BrokenDocuments: world.Take(world.Documents.ReadBroken()); break;
            case Fault.Receiver:
                var one = world.Receivers.Values.ElementAt(world.Draw(2));
                one.IsDown = !one.IsDown;
                break;
            case Fault.LostAnswers:
                var two = world.Receivers.Values.ElementAt(world.Draw(2));
                two.LosesAnswers = !two.LosesAnswers;
                break;
            default: world.Upkeep(); break;
        }
    }
}
