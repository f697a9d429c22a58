using System.Text;
using Xunit;

namespace Kept.Language.Tests.Documents;

/// <summary>Files of a large house are read at once: what comes out is what each gives when it is read alone.</summary>
public sealed class ManyFilesTests
{
    private const int Files = 150; // more than two batches, and more bytes than are read one after the other

    private static (string Path, string Text) File(int number, Func<int, string> more)
    {
        var text = new StringBuilder($"kept: 1\nagent: team{number:D3}\ndomains: [localhost]\ntypes: {{ lag{number}: {{ unit: s, direction: provider, means: how far behind }} }}\npromises:\n");
        for (var i = 0; i < 8; i++)
            text.Append($"  p{i}:\n    version: 1.{number}\n    benefit: You get an answer from {i}.\n    to: [buyers]\n    docs: https://localhost/terms\n    keeps: [ availability >= 99.5% over 30d ]\n{more(i)}    check: {{ http: 'GET http://localhost/{number}/{i}', expect: [ status == 200, time < 2s ] }}\n");
        return ($"{number:D3}.kept.yaml", text.ToString());
    }

    [Fact]
    public void They_give_the_promises_that_each_gives_alone()
    {
        var files = Enumerable.Range(0, Files).Select(number => File(number, i => i == 3 ? $"    notice: {number + 1}d\n" : "")).ToArray();
        Assert.True(files.Sum(file => file.Text.Length) > 256 * 1024);
        var together = Houses.Read(files).House!;
        var alone = files.Select(file => Houses.Read((file.Path, file.Text)).House!).ToList();
        Assert.Equal(alone.SelectMany(house => house.Promises).Select(promise => (promise.Name, promise.TermsHash, promise.At)), together.Promises.Select(promise => (promise.Name, promise.TermsHash, promise.At)));
        Assert.Equal(alone.SelectMany(house => house.Agents).SelectMany(agent => agent.Types), together.Agents.SelectMany(agent => agent.Types));
        Assert.Equal(CompiledHouse.Write(together), CompiledHouse.Write(Houses.Read([.. files.Reverse()]).House!));
    }

    [Fact]
    public void They_tell_the_problems_that_each_tells_alone()
    {
        var files = Enumerable.Range(0, Files).Select(number => File(number, i => (i + number) % 7 == 0 ? "    notcie: 30d\n" : (i + number) % 11 == 0 ? "    coverage: 9x\n" : "")).ToArray();
        files[77] = (files[77].Path, "kept: 1\nagent: [\n");
        var together = Houses.Read(files).Diagnostics;
        var alone = files.SelectMany(file => Houses.Read((file.Path, file.Text)).Diagnostics);
        Assert.Equal(alone.Select(DiagnosticText.Render), together.Select(DiagnosticText.Render));
        Assert.Contains(together, one => one.Message.Contains("did you mean `notice`", StringComparison.Ordinal) || one.Help?.Contains("notice", StringComparison.Ordinal) == true);
        Assert.All(together.Where(one => one.At.File?.Path != files[77].Path), one => Assert.NotNull(one.Promise));
    }
}
