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

    private static readonly FrozenDictionary<string, Func<byte[], bool>> All = new Dictionary<string, Func<byte[], bool>>
    {
        ["document"] = Document,
        ["house"] = House,
        ["format"] = Format,
        ["compiled"] = Compiled,
        ["expression"] = Lines.Read,
        ["answer"] = Answers.Http,
        ["dns"] = Answers.Dns,
        ["load"] = Answers.Load,
        ["talk"] = Talks.Look,
        ["descriptors"] = Messages.Read,
    }.ToFrozenDictionary();

    public static IEnumerable<string> Names => All.Keys.Order(StringComparer.Ordinal);

    /// <summary>Runs one input; says whether it was accepted. A target none of whose seeds is accepted would fuzz the way to refusal and nothing behind it.</summary>
    public static Func<byte[], bool>? Find(string name) => All.GetValueOrDefault(name);

    /// <param name="target">One of <see cref="Names"/>.</param>
    /// <param name="root">The repository.</param>
    public static IEnumerable<(string Name, byte[] Bytes)> Seeds(string target, string root = ".") => target switch
    {
        "document" or "format" => Examples(root),
        "house" => HouseFiles.Select((text, i) => ($"house{i}", Encoding.UTF8.GetBytes(text))),
        "compiled" => Examples(root).SelectMany(CompiledOf),
        "expression" => Lines.Seeds(),
        "talk" => Talks.Seeds(),
        "descriptors" => Messages.Seeds(root),
        _ => Answers.Seeds(target),
    };

    /// <summary>Every field of a house file, and forms of each; the last one is wrong in most.</summary>
    private static readonly string[] HouseFiles =
    [
        "house: fuzz\nname: Fuzz\nplace: here\nours: [shop]\nlimits: { looks: 64, per-host: 4 }\nkeep: { looks: 30d }\n",
        "house: fuzz\nproxy: http://proxy.shop.example:3128\ntrust: [ca.pem, 'more/own ca.pem']\nresolver: 127.0.0.1:53\n",
        "house: fuzz\nproxy: 'http://[::1]:8080'\nresolver: '[2001:db8::1]:5353'\nkeep:\n  looks: 400d\nlimits:\n  looks: 100000\n  per-host: 10000\n",
        "house: fuzz\nprograms: [/usr/bin/true, '/opt/own checks/disk']\nregistries: { be: 'https://rdap.dns.be/', co.uk: 'http://127.0.0.1:8080/uk' }\n",
        "house: fuzz\nanchors:\n  connection: [ { tcp: shop.example:443 }, { http: GET https://shop.example/, name: there, every: 1m, expect: [ status == 200 ] } ]\n  resolver: { dns: A shop.example }\n  clock: { ntp: shop.example, expect: [ 'offset in -2s..2s' ] }\n",
        "house: fuzz\npages: https://kept.shop.example/\ntell:\n  oncall: { webhook: 'https://hooks.shop.example/kept', secret: '${env:HOOK}', when: [broken, recovered], canary: 2d }\n  mail: { mail: [a@shop.example, b@shop.example], smtp: 'smtps://mail.shop.example', from: kept@shop.example, user: kept, password: '${file:/run/secrets/mail}', usual: no }\n  push: { ntfy: 'http://127.0.0.1:8080/kept', token: '${env:NTFY}', unknown-after: 5m, canary: no }\n",
        "house: fuzz\nprobe: { modules: more/blackbox.yml, reach: anywhere, at-once: 4 }\n",
        "house: Fuzz!\nlimits: { looks: 0 }\nkeep: { looks: -1 }\nproxy: ftp://x\ntrust: {}\nresolver: nowhere\nours: shop, other\nsettings: {}\n",
    ];

    /// <summary>Nothing of the program may run before afl is there, not even a constructor: so this is bytes, and no document.</summary>
    private static readonly byte[] Shop = Encoding.UTF8.GetBytes("kept: 1\nagent: shop\ndomains: [localhost]\npromises: { page: { to: anyone, check: { http: 'GET http://localhost/', expect: [ status == 200 ] } } }\n");

    private static bool Document(byte[] bytes) => Read(new DocumentFile("fuzz.kept.yaml", bytes));

    private static bool House(byte[] bytes) => Read(new DocumentFile("house.yaml", bytes), new DocumentFile("kept.yaml", Shop));

    private static bool Read(params DocumentFile[] files)
    {
        var reading = HouseReader.Read(files, "fuzz", CheckCatalog.Kinds);
        foreach (var diagnostic in reading.Diagnostics.Take(20)) _ = DiagnosticText.Render(diagnostic);
        if (reading.House is not { } house) return false;
        Use(house);
        return true;
    }

    private static bool Format(byte[] bytes)
    {
        var once = Formatter.Format(new DocumentFile("fuzz.kept.yaml", bytes));
        if (once.Refused) return false;
        var twice = Formatter.Format(new DocumentFile("fuzz.kept.yaml", Encoding.UTF8.GetBytes(once.Text)));
        if (twice.Refused) throw new BrokenPromiseException("what was formatted cannot be read again");
        if (twice.Text != once.Text) throw new BrokenPromiseException("formatting twice is not formatting once");
        return true;
    }

    /// <summary>
    /// A hostile cache: whoever made it could count the checksums too, so they are put right before reading; only what stands between them is fuzzed.
    /// </summary>
    private static byte[]? _form;

    private static byte[] FormOf(byte[] document) => CompiledHouse.Write(HouseReader.Read([new DocumentFile("kept.yaml", document)], "fuzz", CheckCatalog.Kinds).House!)[..4];

    private static bool Compiled(byte[] bytes)
    {
        if (CompiledHouse.Read(bytes, CompiledFor, CheckCatalog.Kinds) is not null && bytes.Length < 100) throw new BrokenPromiseException("a stub was taken for a house");
        if (bytes.Length < 100 + SHA256.HashSizeInBytes) return false;
        // what was found in an earlier version of the form is tried in this one too
        (_form ??= FormOf(Shop)).CopyTo(bytes, 0);
        SHA256.HashData(bytes.AsSpan(..^SHA256.HashSizeInBytes), bytes.AsSpan(^SHA256.HashSizeInBytes..));
        if (CompiledHouse.Read(bytes, CompiledFor, CheckCatalog.Kinds) is not { } house) return false;
        // the rules decide again over every compiled house, and send the server back to the documents where it is none that documents could say
        if (HouseRules.CheckCompiled(house, Now) is null) return false;
        Fold(house);
        return true;
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
    private static IEnumerable<(string Name, byte[] Bytes)> Examples(string root)
    {
        var told = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(root, "examples"), "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (new FileInfo(file).Length > MostSeedBytes || !told.Add(Path.GetFileName(file).Split('.')[0])) continue;
            yield return (Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '_'), File.ReadAllBytes(file));
        }
    }
}
