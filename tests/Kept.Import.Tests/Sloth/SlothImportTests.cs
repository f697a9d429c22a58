using Kept.TestKit;
using Xunit;

namespace Kept.Import.Tests.Sloth;

/// <summary>Sloth's own form and the one for Kubernetes.</summary>
public sealed class SlothImportTests
{
    [Fact]
    public void Services_are_carried_with_the_alerts_that_can_fire() => Snapshot.Matches(Importing.Shown(Importing.Of("sloth", Importing.Case("Sloth", "service.yaml"))));
}
