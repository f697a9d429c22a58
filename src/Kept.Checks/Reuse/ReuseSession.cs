using Kept.Egress;

namespace Kept.Checks.Reuse;

/// <summary>
/// The questions of one look and what their answers showed. An answer is compared with the one that was asked first of all, with no predecessor. No content is told: what differs may be
/// somebody else's.
/// </summary>
internal sealed class ReuseSession(Questions questions, HttpAsk target, AnswerPart compares, Markers markers)
{
    private readonly HttpAsk _anew = target with { Fresh = true };
    private string? _first;

    /// <summary>Answers after a predecessor.</summary>
    public int Asked { get; private set; }

    /// <summary>Of these, on its connection.</summary>
    public int OnSame { get; private set; }

    /// <summary>Those that should have been and were not: the server had closed it.</summary>
    public int Unkept { get; private set; }

    /// <summary>Answers without a predecessor.</summary>
    public int Alone { get; private set; }

    /// <summary>Answers after a predecessor that were not as the first.</summary>
    public int Different { get; private set; }

    /// <summary>Answers that held what a predecessor had sent.</summary>
    public int Leftovers { get; private set; }

    /// <summary>Without a predecessor it did not answer as at first: its answers change by themselves, and who differs says nothing.</summary>
    public bool Moved { get; private set; }

    /// <summary>The first leftover, in words.</summary>
    public string? Leftover { get; private set; }

    /// <summary>The first answer that was not as the first, in words.</summary>
    public string? Difference { get; private set; }

    /// <summary>Asks with no predecessor; false where the time is over.</summary>
    /// <exception cref="EgressException">It was not answered as it must be.</exception>
    public async ValueTask<bool> AskAloneAsync()
    {
        var which = Alone == 0 ? "the answer before all predecessors" : $"answer {Alone + 1} without a predecessor";
        if (await questions.SendAsync(_anew, Aim.Any, which) is not { } reply) return false;
        var part = compares.Of(Questions.Sound(reply.Answer, which), which);
        Alone++;
        _first ??= part;
        if (!Leaks(reply.Answer, which) && part != _first) Moved = true;
        return true;
    }

    /// <summary>Asks a predecessor, and then the target; false where the time is over.</summary>
    /// <param name="isSame">On the connection of the predecessor, where the server keeps it.</param>
    /// <param name="counts">An answer on a new connection is enough too where <paramref name="isSame"/> was meant.</param>
    /// <exception cref="EgressException">One of them was not answered as it must be.</exception>
    public async ValueTask<bool> AskAfterAsync(Predecessor predecessor, bool isSame, bool counts)
    {
        using var line = isSame ? new HttpLine() : null;
        var before = predecessor.With(predecessor.HasMarker ? markers.Next(predecessor.Words) : "");
        // whatever its status: what was refused leaves as much behind
        if (await questions.SendAsync(before with { Line = line, Fresh = true }, Aim.Any, $"the answer of the predecessor {predecessor.Words}") is null) return false;
        var which = $"answer {Asked + 1}, after {predecessor.Words}{(isSame ? " on its connection" : "")},";
        if (await questions.SendAsync(_anew with { Line = line }, Aim.Any, which) is not { } reply) return false;
        var wasSame = isSame && !reply.IsNew;
        if (!wasSame) which = $"answer {Asked + 1}, after {predecessor.Words} on a new connection,";
        var part = compares.Of(Questions.Sound(reply.Answer, which), which);
        Asked++;
        if (wasSame) OnSame++;
        else if (isSame) Unkept++;
        if (!isSame || wasSame || counts) questions.Count(reply.Answer);
        if (Leaks(reply.Answer, which) || Moved || part == _first) return true;
        Different++;
        Difference ??= $"{which} was not as before all predecessors: {Where(_first!, part)}";
        return await AskAloneAsync(); // at once: it may have changed for everybody, and change again
    }

    private bool Leaks(HttpAnswer answer, string which)
    {
        if (markers.SenderIn(answer) is not { } sender) return false;
        Leftovers++;
        Leftover ??= $"{which} held what {sender} had sent";
        return true;
    }

    private static string Where(string first, string other)
    {
        var at = 0;
        while (at < first.Length && at < other.Length && first[at] == other[at]) at++;
        return $"it differs from character {at + 1} on, and has {other.Length} where {first.Length} were";
    }
}
