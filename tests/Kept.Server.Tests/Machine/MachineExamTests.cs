using Kept.Egress;
using Kept.Ledger;
using Kept.Model;
using Kept.Server.Machine;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Kept.Server.Tests.Machine;

/// <summary>What this machine gives Kept, each part good and not.</summary>
public sealed class MachineExamTests
{
    private const long MiB = 1 << 20, GiB = 1 << 30;

    [Theory]
    [InlineData("ext4", 66 * GiB, Health.Good, "with room for 66 GiB")]
    [InlineData(null, 66 * GiB, Health.Good, "on a disk with room for 66 GiB")]
    [InlineData("ext4", null, Health.Unknown, "could not be found out")]
    [InlineData("ext4", 900 * MiB, Health.Weak, "room for 900 MiB")]
    [InlineData("ext4", 200 * MiB, Health.Wrong, "it may be full within hours")]
    [InlineData("nfs", 66 * GiB, Health.Weak, "lies on another machine (nfs)")]
    public void A_disk_has_room_and_is_of_this_machine(string? format, long? free, Health health, string words)
    {
        var found = MachineExam.Disk("/data", format, free);
        Assert.Equal(health, found.Health);
        Assert.Contains(words, found.Words, StringComparison.Ordinal);
        Assert.Equal(health is Health.Weak or Health.Wrong, found.Help is not null);
    }

    [Fact]
    public void A_folder_that_others_may_write_is_weak_and_one_that_is_none_is_wrong()
    {
        var folder = Directory.CreateTempSubdirectory("kept-exam-");
        try
        {
            Assert.NotEqual(Health.Wrong, MachineExam.DataFolder(folder.FullName).Health);
            Assert.Empty(folder.EnumerateFileSystemInfos()); // nothing of it is left
            Assert.Equal(Health.Wrong, MachineExam.DataFolder(folder.FullName + "/none").Health);
            if (OperatingSystem.IsWindows()) return;
            File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_111_111);
            var found = MachineExam.DataFolder(folder.FullName);
            Assert.Equal((Health.Weak, $"write: chmod 700 {folder.FullName}"), (found.Health, found.Help));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("10.0.12", "10.0.12", Health.Good)]
    [InlineData("10.0.13", "10.0.12", Health.Good)]
    [InlineData("10.0.9", "10.0.12", Health.Weak)]
    [InlineData("10.0.9", null, Health.Good)]
    public void A_runtime_older_than_the_one_it_was_built_with_is_weak(string running, string? built, Health health) => Assert.Equal(health, MachineExam.Runtime(Version.Parse(running), built).Health);

    [Fact]
    public void The_program_knows_what_it_was_built_with() => Assert.Equal(Health.Weak, MachineExam.Runtime(new Version(10, 0, 0), BuiltWith()).Health);

    private static string? BuiltWith() => typeof(MachineExam).Assembly.GetCustomAttributes(false).OfType<System.Reflection.AssemblyMetadataAttribute>().Single(one => one.Key == "BuiltWithRuntime").Value;

    [Fact]
    public async Task The_newest_entries_are_held_against_each_other()
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2027-01-01T00:00:00Z", System.Globalization.CultureInfo.InvariantCulture));
        await using var ledger = Ledgers.InMemory(time, new Random(1));
        Assert.Equal(new Examined("ledger", Health.Good, "it is empty"), MachineExam.Ledger(ledger));
        for (var i = 0; i < 20; i++) await ledger.AppendAsync([new EntryDraft(EntryKinds.Started, 1, Instant.From(time.GetUtcNow()), "team", "", "{}"u8.ToArray())], CancellationToken.None);
        Assert.Equal("20 entries, of which the newest 5 hold", MachineExam.Ledger(ledger, 5).Words);
    }

    [Fact]
    public async Task The_way_out_refuses_what_others_may_not_have_dialled_and_is_wrong_where_it_does_not()
    {
        using var dialer = new Dialer(EgressOptions.From(HouseSettings.Default, "."), TimeProvider.System);
        Assert.Equal(Health.Good, (await HouseExam.EgressAsync(dialer, TimeProvider.System, CancellationToken.None)).Health);
        Assert.Equal(Health.Good, (await HouseExam.EgressAsync(dialer, "127.0.0.1", TimeProvider.System, CancellationToken.None)).Health);
        using var open = new Dialer(new EgressOptions { AlsoPublic = [System.Net.IPAddress.Loopback] }, TimeProvider.System);
        Assert.Equal(Health.Wrong, (await HouseExam.EgressAsync(open, "127.0.0.1", TimeProvider.System, CancellationToken.None)).Health);
    }
}
