using Kept.TestKit;
using Xunit;

namespace Kept.Import.Tests.Kuma;

/// <summary>The JSON backup of Uptime Kuma 1.</summary>
public sealed class KumaBackupTests
{
    [Fact]
    public void A_backup_is_carried_with_its_losses()
    {
        var shown = Importing.Shown(Importing.Of("kuma", Importing.Case("Kuma", "backup.json")));
        Snapshot.Matches(shown);
        Assert.DoesNotContain("hidden", shown, StringComparison.Ordinal);
    }
}
