using Kept.Fuzz;
using SharpFuzz;

// One program, several targets: the first argument names one. Any exception that escapes is a find; so is an input that takes longer than afl's time-out.
//   Kept.Fuzz TARGET                 under afl-fuzz
//   Kept.Fuzz TARGET replay FILE …   runs inputs once, as a plain program
//   Kept.Fuzz TARGET seeds FOLDER    writes what the fuzzer begins with
//   Kept.Fuzz targets                names all
if (args is ["targets"])
{
    Console.WriteLine(string.Join(' ', Targets.Names));
    return 0;
}
if (args is not [var name, ..] || Targets.Find(name) is not { } run)
{
    Console.Error.WriteLine($"fuzz: write Kept.Fuzz TARGET, one of: {string.Join(' ', Targets.Names)}");
    return 2;
}
if (args is [_, "seeds", var folder])
{
    foreach (var (file, bytes) in Targets.Seeds(name)) File.WriteAllBytes(Path.Combine(folder, file), bytes);
    return 0;
}
if (args is [_, "replay", .. var files])
{
    foreach (var file in files)
    {
        Console.WriteLine(file);
        run(File.ReadAllBytes(file));
    }
    return 0;
}

Fuzzer.OutOfProcess.Run(stream =>
{
    using var copy = new MemoryStream();
    stream.CopyTo(copy);
    Answers.Patience = TimeSpan.FromMilliseconds(40);
    run(copy.ToArray());
});
return 0;
