using Kept.TestKit;
using Xunit;

namespace Kept.Import.Tests.Pyrra;

/// <summary>The four indicators of Pyrra.</summary>
public sealed class PyrraImportTests
{
    [Fact]
    public void All_four_indicators_are_carried() => Snapshot.Matches(Importing.Shown(Importing.Of("pyrra", Importing.Case("Pyrra", "objectives.yaml"))));
}
