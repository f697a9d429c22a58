using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kept.Model;
using Xunit;

namespace Kept.Language.Tests.Documents;

public sealed class HouseFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kept-house-").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Fact]
    public void Documents_are_taken_from_all_folders_in_order_and_nothing_else()
    {
        foreach (var path in new[] { "kept.yaml", "b/kept.yaml", "b/a.kept.yaml", "house.yaml", "other.yaml", "notes.md", ".git/kept.yaml", ".hidden.kept.yaml", "kept.yaml~" }) Write(path);
        var (files, problems) = HouseFolder.ReadFiles(_folder);
        Assert.Empty(problems);
        Assert.Equal(["b/a.kept.yaml", "b/kept.yaml", "house.yaml", "kept.yaml"], files.Select(file => file.Path));
    }

    [Fact]
    public void One_file_is_read_whatever_its_name()
    {
        Write("draft.txt");
        var (files, problems) = HouseFolder.ReadFiles(Path.Combine(_folder, "draft.txt"));
        Assert.Empty(problems);
        Assert.Equal("draft.txt", Assert.Single(files).Path);
    }

    [Fact]
    public void A_link_inside_the_house_is_followed_and_one_that_leaves_it_is_refused()
    {
        // as a mounted configuration of Kubernetes does it: kept.yaml → ..data/kept.yaml → ..2027/kept.yaml
        Write("..2027/kept.yaml");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "..data"), "..2027");
        File.CreateSymbolicLink(Path.Combine(_folder, "kept.yaml"), "..data/kept.yaml");
        File.CreateSymbolicLink(Path.Combine(_folder, "out.kept.yaml"), "/etc/hostname");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "circle"), _folder);
        Directory.CreateSymbolicLink(Path.Combine(_folder, "away"), "/etc");
        var (files, problems) = HouseFolder.ReadFiles(_folder);
        Assert.Equal("kept.yaml", Assert.Single(files).Path);
        Assert.Equal([("L041", "away", Severity.Warning), ("L041", "out.kept.yaml", Severity.Error)], problems.Select(problem => (problem.Code, problem.At.File.Path, problem.Severity)).Order());
    }

    [Fact]
    public void Authorities_are_read_with_the_house_and_refuse_it_where_they_cannot_be()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = new CertificateRequest("CN=ours", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(99));
        File.WriteAllText(Path.Combine(_folder, "ca.pem"), "notes\n" + authority.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "empty.pem"), "");
        File.WriteAllText(Path.Combine(_folder, "words.pem"), "nothing");
        File.WriteAllText(Path.Combine(_folder, "damaged.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        File.WriteAllBytes(Path.Combine(_folder, "large.pem"), new byte[(1 << 20) + 1]);
        File.WriteAllText(Path.Combine(_folder, "kept.yaml"), "kept: 1\nagent: a\n");
        string Told(string trust)
        {
            File.WriteAllText(Path.Combine(_folder, "house.yaml"), $"house: h\ntrust: {trust}\n");
            var problems = HouseFolder.ReadFiles(_folder).Problems;
            Assert.All(problems, problem => Assert.True(problem is { Code: "L100", RefusesHouse: true, At.Line: 2, LineText.Length: > 0 } && problem.At.File.Path == "house.yaml"));
            Assert.DoesNotContain(problems, problem => problem.Message.Contains(_folder, StringComparison.Ordinal));
            return string.Join("; ", problems.Select(problem => problem.Message));
        }
        Assert.Equal("", Told("ca.pem"));
        Assert.Equal("", Told($"['{Path.Combine(_folder, "ca.pem")}', ca.pem]"));
        Assert.Equal("`empty.pem` holds no certificate; `words.pem` holds no certificate", Told("[ca.pem, empty.pem, words.pem]"));
        Assert.Equal("`gone.pem` is not there; `no/where.pem` is not there; `damaged.pem` holds a certificate that is damaged", Told("[gone.pem, no/where.pem, damaged.pem]"));
        Assert.StartsWith("`large.pem` has 1,048,577 bytes", Told("large.pem"), StringComparison.Ordinal);
        Assert.Equal("`/dev/zero` holds no certificate", Told("/dev/zero"));
    }

    [Fact]
    public void A_link_to_nothing_is_told()
    {
        File.CreateSymbolicLink(Path.Combine(_folder, "kept.yaml"), "gone.yaml");
        var (files, problems) = HouseFolder.ReadFiles(_folder);
        Assert.Empty(files);
        Assert.Equal("L041", Assert.Single(problems).Code);
    }

    [Fact]
    public void A_file_beyond_the_bound_is_told_and_not_read()
    {
        File.WriteAllBytes(Path.Combine(_folder, "kept.yaml"), new byte[(1 << 20) + 1]);
        Write("b.kept.yaml");
        var (files, problems) = HouseFolder.ReadFiles(_folder);
        Assert.Equal("b.kept.yaml", Assert.Single(files).Path);
        Assert.Equal("L004", Assert.Single(problems).Code);
    }

    [Fact]
    public void What_does_not_exist_is_told()
    {
        var (files, problems) = HouseFolder.ReadFiles(Path.Combine(_folder, "nowhere"));
        Assert.Empty(files);
        Assert.Equal("L041", Assert.Single(problems).Code);
        Assert.Equal("L048", Assert.Single(HouseReader.Read(files, "x", TestKinds.All).Diagnostics).Code);
    }

    private void Write(string path)
    {
        var full = Path.Combine(_folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, "kept: 1\nagent: a\n");
    }
}
