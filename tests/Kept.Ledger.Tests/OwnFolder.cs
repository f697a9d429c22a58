using System.Diagnostics;
using Xunit;

namespace Kept.Ledger.Tests;

/// <summary>Whose folder it is decides whether what lies in it may be believed.</summary>
public sealed class OwnFolder : IDisposable
{
    private const uint Root = 0, Somebody = 12_345, Other = 54_321;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kept-own");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Ones_own_and_roots_are_trusted_and_for_root_only_roots()
    {
        if (!OperatingSystem.IsLinux()) return;
        Assert.Null(PrivateFolder.Distrust(_folder.FullName));
        Assert.Null(PrivateFolder.Distrust("/usr"));
        Assert.Null(PrivateFolder.Distrust("/usr", Root));
        Assert.Null(PrivateFolder.Distrust("/usr", Somebody));
        Assert.NotNull(PrivateFolder.Distrust(Path.Combine(_folder.FullName, "none")));
        if (!Environment.IsPrivilegedProcess)
            Assert.Contains("belongs to another user", PrivateFolder.Distrust(_folder.FullName, Root), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_somebody_else_is_distrusted_by_all_but_him_and_by_root_too()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess) return; // only root can give a folder away
        using (var chown = Process.Start("chown", [$"{Somebody}", _folder.FullName]))
        {
            chown.WaitForExit();
            Assert.Equal(0, chown.ExitCode);
        }
        Assert.Contains("belongs to another user", PrivateFolder.Distrust(_folder.FullName), StringComparison.Ordinal);
        Assert.Contains($"chown -R 0 {_folder.FullName}", PrivateFolder.Distrust(_folder.FullName, Root), StringComparison.Ordinal);
        Assert.Contains("belongs to another user", PrivateFolder.Distrust(_folder.FullName, Other), StringComparison.Ordinal);
        Assert.Null(PrivateFolder.Distrust(_folder.FullName, Somebody));
        var link = Path.Combine(_folder.FullName, "link");
        Directory.CreateSymbolicLink(link, _folder.FullName); // root's link to what is not root's
        Assert.Contains("belongs to another user", PrivateFolder.Distrust(link), StringComparison.Ordinal);
        File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b111_111_111);
        Assert.Contains("others may write", PrivateFolder.Distrust(_folder.FullName, Somebody), StringComparison.Ordinal);
    }
}
