using Kept.Model;

namespace Kept.Tell;

/// <summary>What a route was told last of one matter.</summary>
/// <param name="Outcome">How it stood.</param>
/// <param name="Episode">When it began to be so, or what came before it without an end.</param>
/// <param name="IsHeard">False where it was so before the route began: nobody was told, so nobody is told of its end.</param>
/// <param name="Message">The message that told of its beginning.</param>
internal sealed record ToldOf(Outcome Outcome, Instant Episode, bool IsHeard, string? Message)
{
    /// <summary>It is over, and that was not told before another trouble of the same matter began.</summary>
    public bool IsOver { get; init; }

    /// <summary>Of a second trouble: the message that told of the first, whose end was not told. Where this one never arrives, that is what is still believed.</summary>
    public string? Earlier { get; init; }

    /// <summary>The key under which it was told, where it is another one now.</summary>
    public string? Name { get; init; }
}

/// <summary>A message that was given up.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Title">What it would have said.</param>
/// <param name="At">When it was given up.</param>
/// <param name="Why">Why.</param>
public sealed record DeadLetter(string Id, string Title, Instant At, string Why);

/// <summary>What the ledger says of one route.</summary>
internal sealed partial class RouteTold(string name, string leads, Instant began)
{
    private const int MostDead = 20;

    public string Name { get; } = name;
    /// <summary>A hash of where it leads.</summary>
    public string Leads { get; private set; } = leads;
    public Instant Began { get; } = began;
    public Dictionary<string, ToldOf> Told { get; } = new(StringComparer.Ordinal);
    /// <summary>Messages that wait, oldest first.</summary>
    public List<Message> Waiting { get; } = [];
    /// <summary>When the newest messages were made; for the bound on single ones.</summary>
    public Queue<Instant> Recent { get; } = [];
    public List<DeadLetter> Dead { get; } = [];
    public long DeadCount { get; private set; }
    public long ToldCount { get; private set; }
    /// <summary>When it last carried a message: the proof that it works.</summary>
    public Instant? ProvenAt { get; private set; }
    public string? LastAnswer { get; private set; }
    /// <summary>Since when nothing goes through; null while it works.</summary>
    public Instant? FailingSince { get; private set; }
    public string? LastError { get; private set; }
    /// <summary>The receiver said that it is gone for good (410): nothing more is sent until it leads elsewhere.</summary>
    public bool IsGone { get; private set; }
    /// <summary>When the newest canary was made.</summary>
    public Instant? TriedAt { get; private set; }

    /// <summary>It leads elsewhere: what was proven and what failed was the way before.</summary>
    public RouteTold Leading(string leads, Instant at)
    {
        (Leads, IsGone, FailingSince, LastError) = (leads, false, null, null);
        (ProvenAt, LastAnswer, TriedAt) = (null, null, at);
        return this;
    }

    /// <param name="message">The new message.</param>
    /// <param name="named">How what it tells of is called now.</param>
    public void Queue(Message message, Func<string, string> named)
    {
        Waiting.Add(message);
        if (message.Kind == MessageKind.Canary) TriedAt = message.At;
        else
        {
            Recent.Enqueue(message.At);
            while (Recent.Count > 64) Recent.Dequeue();
        }
        foreach (var item in message.Items)
        {
            var key = named(item.Key);
            if (Matter.IsWellAs(item.Outcome)) Told.Remove(key);
            else Told[key] = new ToldOf(item.Outcome, item.Episode, IsHeard: true, Told.GetValueOrDefault(key) is { IsHeard: true, IsOver: false } before ? before.Message : message.Id) { Name = key == item.Key ? null : item.Key, Earlier = Told.GetValueOrDefault(key) is { IsHeard: true } first ? first.IsOver ? first.Message : first.Earlier : null };
        }
    }

    /// <param name="isFormer">Where the route led before: the message arrived, and nothing is proven of where it leads now.</param>
    public void Carried(string? id, Instant at, string? answer, bool isFormer)
    {
        Waiting.RemoveAll(message => message.Id == id);
        ToldCount++;
        if (!isFormer) (ProvenAt, LastAnswer, FailingSince, IsGone) = (at, answer, null, false);
    }

    public void Fails(Instant at, string? why)
    {
        FailingSince ??= at;
        LastError = why;
    }

    public void Drop(string? id, Instant at, string why, bool gone)
    {
        var title = Waiting.Find(message => message.Id == id) is { } message ? Words.Title(message) : "";
        Waiting.RemoveAll(message => message.Id == id);
        // nobody heard of it, so nobody is told of its end
        foreach (var (key, told) in Told.Where(pair => pair.Value.Message == id).ToList()) Told[key] = told.Earlier is { } heard ? told with { IsOver = true, Message = heard, Earlier = null } : told with { IsHeard = false };
        Dead.Add(new DeadLetter(id ?? "", title, at, why));
        if (Dead.Count > MostDead) Dead.RemoveAt(0);
        DeadCount++;
        LastError = why;
        IsGone |= gone;
        FailingSince ??= at;
    }
}
