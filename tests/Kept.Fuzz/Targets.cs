using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Kept.Checks;
using Kept.Judging;
using Kept.Language;
using Kept.Model;
using Kept.Rules;

namespace Kept.Fuzz;

/// <summary>What a fuzzed reader promises is said once here: it does not throw, and what it accepts can be worked with.</summary>
internal sealed class BrokenPromiseException(string what) : Exception(what);

/// <summary>The readers of what strangers may send: each takes any bytes and gives a house, a value or words, never an exception.</summary>
internal static class Targets
{
    private const string CompiledFor = "fuzz";
    private const int MostSeedBytes = 1536;

    private static readonly Instant Now = Instant.From(new DateTimeOffset(2026, 7, 1, 12, 0, 0, TimeSpan.Zero));

    private static readonly FrozenDictionary<string, Action<byte[]>> All = new Dictionary<string, Action<byte[]>>
    {
        ["document"] = Document,
        ["house"] = bytes => HouseReader.Read([new DocumentFile("house.yaml", bytes)], "fuzz", CheckCatalog.Kinds),
        ["format"] = Format,
        ["compiled"] = Compiled,
        ["expression"] = Lines.Read,
        ["answer"] = Answers.Http,
        ["dns"] = Answers.Dns,
        ["load"] = Answers.Load,
    }.ToFrozenDictionary();

    public static IEnumerable<string> Names => All.Keys.Order(StringComparer.Ordinal);

    public static Action<byte[]>? Find(string name) => All.GetValueOrDefault(name);

    public static IEnumerable<(string Name, byte[] Bytes)> Seeds(string target) => target switch
    {
        "document" or "format" => Examples(),
        "house" => [("house.yaml", "house: fuzz\nname: Fuzz\nours: [shop]\nplace: here\nsettings: { looks-at-once: 64, keep-looks: 30d }\n"u8.ToArray())],
        "compiled" => Examples().SelectMany(CompiledOf),
        "expression" => Lines.Seeds(),
        _ => Answers.Seeds(target),
    };

    private static void Document(byte[] bytes)
    {
        var reading = HouseReader.Read([new DocumentFile("fuzz.kept.yaml", bytes)], "fuzz", CheckCatalog.Kinds);
        foreach (var diagnostic in reading.Diagnostics.Take(20)) _ = DiagnosticText.Render(diagnostic);
        if (reading.House is { } house) Use(house);
    }

    private static void Format(byte[] bytes)
    {
        var once = Formatter.Format(new DocumentFile("fuzz.kept.yaml", bytes));
        if (once.Refused) return;
        var twice = Formatter.Format(new DocumentFile("fuzz.kept.yaml", Encoding.UTF8.GetBytes(once.Text)));
        if (twice.Refused) throw new BrokenPromiseException("what was formatted cannot be read again");
        if (twice.Text != once.Text) throw new BrokenPromiseException("formatting twice is not formatting once");
    }

    /// <summary>
    /// A hostile cache: whoever made it could count the checksums too, so they are put right before reading; only what stands between them is fuzzed.
    /// </summary>
    private static void Compiled(byte[] bytes)
    {
        if (CompiledHouse.Read(bytes, CompiledFor, CheckCatalog.Kinds) is not null && bytes.Length < 100) throw new BrokenPromiseException("a stub was taken for a house");
        if (bytes.Length < 100 + SHA256.HashSizeInBytes) return;
        SHA256.HashData(bytes.AsSpan(..^SHA256.HashSizeInBytes), bytes.AsSpan(^SHA256.HashSizeInBytes..));
        if (CompiledHouse.Read(bytes, CompiledFor, CheckCatalog.Kinds) is not { } house) return;
        // the rules decide again over every compiled house, and send the server back to the documents where it is none that documents could say
        if (HouseRules.CheckCompiled(house, Now) is not null) Fold(house);
    }

    /// <summary>What the server does with every house: the rules, the index, a fold per promise, and the compiled form and back.</summary>
    private static void Use(House house)
    {
        HouseRules.Check(house, Now);
        Fold(house);
        var written = CompiledHouse.Write(house);
        if (CompiledHouse.Read(written, house.ContentHash, CheckCatalog.Kinds) is not { } again) throw new BrokenPromiseException("the compiled house does not read");
        if (!CompiledHouse.Write(again).AsSpan().SequenceEqual(written)) throw new BrokenPromiseException("the compiled house is another one");
    }

    private static void Fold(House house)
    {
        foreach (var promise in house.ByName.Values)
        {
            var fold = new PromiseFold(promise, new Assessor(house.Id, house.Place), Now);
            fold.VerdictAt(Now, _ => Outcome.Unknown, new Judged(Truth.True, ""));
        }
    }

    private static IEnumerable<(string Name, byte[] Bytes)> CompiledOf((string Name, byte[] Bytes) example)
    {
        var reading = HouseReader.Read([new DocumentFile(example.Name, example.Bytes)], "fuzz", CheckCatalog.Kinds);
        if (reading.House is not { } house) yield break;
        var bytes = CompiledHouse.Write(house with { ContentHash = CompiledFor, Diagnostics = [] });
        if (bytes.Length < 4 * MostSeedBytes) yield return (example.Name, bytes);
    }

    /// <summary>Small examples; of the broken ones the first of each code.</summary>
    private static IEnumerable<(string Name, byte[] Bytes)> Examples()
    {
        var told = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles("examples", "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (new FileInfo(file).Length > MostSeedBytes || !told.Add(Path.GetFileName(file).Split('.')[0])) continue;
            yield return (file.Replace(Path.DirectorySeparatorChar, '_'), File.ReadAllBytes(file));
        }
    }
}
