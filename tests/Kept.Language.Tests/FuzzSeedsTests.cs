using System.Security.Cryptography;
using Kept.Checks;
using Kept.Fuzz;
using Kept.Language.Documents;
using Kept.Language.Tests.Documents;
using Kept.TestKit;
using Xunit;

namespace Kept.Language.Tests;

/// <summary>What the fuzzer begins with (eng/fuzz). Were every seed refused, it would only learn ways to be refused.</summary>
public sealed class FuzzSeedsTests
{
    public static TheoryData<string> TargetNames => [.. Targets.Names];

    [Theory]
    [MemberData(nameof(TargetNames))]
    public void A_target_accepts_one_of_its_seeds_at_least(string target)
    {
        var seeds = Targets.Seeds(target, Repository.Root).ToList();
        Assert.Equal(seeds.Count, seeds.Select(seed => seed.Name).Distinct().Count());
        Assert.Contains(seeds, seed => Targets.Find(target)!(seed.Bytes));
    }

    [Fact]
    public void An_answer_of_each_kind_of_record_is_accepted()
    {
        var accepted = Targets.Seeds("dns").Where(seed => Targets.Find("dns")!(seed.Bytes)).Select(seed => seed.Name);
        Assert.Equal(["a", "txt", "soa"], accepted);
    }

    /// <summary>Each is a line of another form, so each must get through to the tree, its words and its judgement.</summary>
    [Fact]
    public void Every_line_that_the_fuzzer_begins_with_is_understood()
    {
        var refused = Targets.Seeds("expression").Where(seed => !Targets.Find("expression")!(seed.Bytes)).Select(seed => System.Text.Encoding.UTF8.GetString(seed.Bytes));
        Assert.Empty(refused);
    }

    /// <summary>Each once was taken, and then threw or went on for seconds: no document says what they say.</summary>
    [Fact]
    public void Compiled_houses_that_the_fuzzer_found_are_refused()
    {
        var form = CompiledHouse.Write(Houses.Reads(Houses.Shop))[..4];
        var found = Directory.GetFiles(Repository.PathOf("tests", "Kept.Fuzz", "found", "compiled"));
        Assert.True(found.Length >= 5);
        Assert.All(found, file =>
        {
            var bytes = File.ReadAllBytes(file);
            form.CopyTo(bytes, 0);
            SHA256.HashData(bytes.AsSpan(..^SHA256.HashSizeInBytes), bytes.AsSpan(^SHA256.HashSizeInBytes..));
            Assert.Null(CompiledHouse.Read(bytes, "fuzz", CheckCatalog.Kinds));
        });
    }

    [Fact]
    public void Every_field_of_a_house_file_is_in_a_seed_that_is_accepted()
    {
        var accepted = string.Concat(Targets.Seeds("house").Where(seed => Targets.Find("house")!(seed.Bytes)).Select(seed => System.Text.Encoding.UTF8.GetString(seed.Bytes)));
        Assert.All(new DocumentTables([]).House.Fields, field => Assert.Contains(field.Name + ":", accepted, StringComparison.Ordinal));
    }
}
