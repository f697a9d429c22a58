using Kept.Checks;
using Kept.Language;
using SharpFuzz;

// One program, several targets: the first argument names one. Any exception that escapes is a find; so is an input that takes longer than afl's time-out.
var target = args is [var name, ..] ? name : "document";
Action<byte[]> run = target switch
{
    "document" => bytes => HouseReader.Read([new DocumentFile("fuzz.kept.yaml", bytes)], "fuzz", CheckCatalog.Kinds),
    "house" => bytes => HouseReader.Read([new DocumentFile("house.yaml", bytes)], "fuzz", CheckCatalog.Kinds),
    "format" => bytes => Formatter.Format(System.Text.Encoding.UTF8.GetString(bytes)),
    "compiled" => bytes => CompiledHouse.Read(bytes, "fuzz", CheckCatalog.Kinds),
    _ => throw new ArgumentException($"no fuzz target '{target}': document, house, format, compiled"),
};

if (args is [_, "replay", .. var files])
{
    foreach (var file in files) run(File.ReadAllBytes(file));
    return;
}

Fuzzer.OutOfProcess.Run(stream =>
{
    using var copy = new MemoryStream();
    stream.CopyTo(copy);
    run(copy.ToArray());
});
