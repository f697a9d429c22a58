using Kept.Model;

namespace Kept.Checks.Domain;

/// <summary>What can become of a registration. That the registry does not answer is a gap.</summary>
internal static class DomainFailures
{
    private const string Locked = "client transfer prohibited";

    public static readonly Failure NotRegistered = StandardFailures.Failing("not-registered", "a name that is not registered", TargetFailure.NameNotFound);

    public static readonly Failure Expired = StandardFailures.Answering("expired", "a registration that ended yesterday", _ => [("expires-in", Value.Of(new Duration(-Duration.PerDay)))]);

    public static readonly Failure Expiring = StandardFailures.Answering("expiring", "a registration that ends tomorrow", _ => [("expires-in", Value.Of(Duration.Days(1)))]);

    /// <summary>To whoever asks for it; some registries never tell.</summary>
    public static readonly Failure ExpiryMissing = StandardFailures.Answering(
        "expiry-missing", "a registry that no longer tells the end", look => Seen.IsAsked(look.Check, name => name == "expires-in") ? [("expires-in", null)] : [], isGrave: false);

    /// <summary>The name is in no zone then: nobody finds it.</summary>
    public static readonly Failure OnHold = StandardFailures.Answering("on-hold", "a name that the registry holds back (server hold)", look => [("status", With(look, "server hold"))]);

    /// <summary>Given up, or not paid; the end may be told as a year ahead all the same, for many registries renew first and are told afterwards.</summary>
    public static readonly Failure Redemption = StandardFailures.Answering("redemption", "a name that is about to be deleted (redemption period)", look => [("status", With(look, "redemption period"))]);

    public static readonly Failure TransferUnlocked = StandardFailures.Answering(
        "transfer-unlocked", "a name that may be transferred by anyone with its code", look => look["status"] is Value.List list && Unlocked(list) is var open && open.Items.Length < list.Items.Length ? [("status", open)] : [], isGrave: false);

    public static readonly Failure RegistrarOther = StandardFailures.Answering("registrar-other", "another registrar", _ => [("registrar", Value.Of("Elsewhere Registrar Ltd"))], isGrave: false);

    public static readonly Failure NameServersOther = StandardFailures.Answering(
        "name-servers-other", "name servers of somebody else", _ => [("name-servers", new Value.List([Value.Of("ns1.elsewhere.example"), Value.Of("ns2.elsewhere.example")]))], isGrave: false);

    public static IEnumerable<KeyValuePair<string, Value?>> Healthy(Check check) => [new("expires-in", Value.Of(Duration.Days(300))), new("registrar", Value.Of("Example Registrar Inc."))];

    private static Value.List With(HealthyLook look, string status) => new([.. (look["status"] as Value.List)?.Items ?? [], Value.Of(status)]);

    private static Value.List Unlocked(Value.List list) => new([.. list.Items.Where(item => item is not Value.Text { Content: Locked or "server transfer prohibited" })]);
}
