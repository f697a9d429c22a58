using Kept.TestKit;
using Xunit;

namespace Kept.Import.Tests.Blackbox;

public sealed class BlackboxImportTests
{
    [Fact]
    public void Modules_and_jobs_are_read_together() =>
        Snapshot.Matches(Importing.Shown(Importing.Of("blackbox", Importing.Case("Blackbox", "blackbox.yaml"), ("prometheus", Importing.Case("Blackbox", "prometheus.yaml")))));

    [Fact]
    public void Without_jobs_there_are_no_targets_and_that_is_told()
    {
        var reading = Importing.Of("blackbox", "modules:\n  http_2xx: { prober: http }\n");
        Assert.Empty(reading.Documents);
        Assert.Contains("--prometheus", Assert.Single(reading.Findings).Instead, StringComparison.Ordinal);
    }

    [Fact]
    public void The_other_file_is_recognised() =>
        Assert.Contains(Importing.Of("blackbox", "scrape_configs: []\n").Findings, finding => finding.Instead?.Contains("--prometheus", StringComparison.Ordinal) == true);
}
