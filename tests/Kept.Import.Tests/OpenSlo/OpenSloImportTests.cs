using Kept.TestKit;
using Xunit;

namespace Kept.Import.Tests.OpenSlo;

/// <summary>OpenSLO's forms, and files that are none.</summary>
public sealed class OpenSloImportTests
{
    [Fact]
    public void Composites_are_one_budget_or_told_why_not() => Snapshot.Matches(Importing.Shown(Importing.Of("openslo", Importing.Case("OpenSlo", "composite.yaml"))));

    [Fact]
    public void A_shop_with_every_form_is_carried() => Snapshot.Matches(Importing.Shown(Importing.Of("openslo", Importing.Case("OpenSlo", "checkout.yaml"))));
}
