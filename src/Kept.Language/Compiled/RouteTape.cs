using Kept.Model;

namespace Kept.Language.Compiled;

/// <summary>Routes in the compiled form.</summary>
internal static class RouteTape
{
    public static void Write(this TapeWriter tape, TellRoute route)
    {
        tape.Text(route.Name);
        tape.Byte((byte)route.Kind);
        tape.Text(route.Address);
        tape.Text(route.Secret);
        tape.Text(route.User);
        tape.Text(route.From);
        tape.Texts(route.To);
        tape.Whole((int)route.When);
        tape.Flag(route.IsUsual);
        tape.Whole(route.UnknownAfter.Nanoseconds);
        tape.Whole(route.Canary.Nanoseconds);
        tape.At(route.At);
    }

    public static TellRoute Route(this TapeReader tape) => new(tape.Text(), tape.One<RouteKind>(), tape.Text())
    {
        Secret = tape.MaybeText(),
        User = tape.MaybeText(),
        From = tape.MaybeText(),
        To = tape.Texts(),
        When = (Tidings)tape.Int() & Tidings.All,
        IsUsual = tape.Flag(),
        UnknownAfter = tape.Length(),
        Canary = tape.Length(),
        At = tape.At(),
    };
}
