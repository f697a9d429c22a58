using System.Reflection;
using System.Runtime.InteropServices;
using Kept.TestKit;
using Xunit;

namespace Kept.Architecture.Tests;

/// <summary>The analyzer ignores a line that names nothing, and knows only the overload that is written: both would be holes that nobody sees.</summary>
public sealed class BannedSymbolsTests
{
    private static readonly string[] Core = Ids("BannedSymbols.Core.txt");

    /// <summary>All overloads of these are banned in the core.</summary>
    public static readonly TheoryData<Type, string> Methods = new()
    {
        { typeof(Task), nameof(Task.Run) }, { typeof(Task), nameof(Task.ConfigureAwait) }, { typeof(Task<>), nameof(Task.ConfigureAwait) },
        { typeof(ValueTask), nameof(ValueTask.ConfigureAwait) }, { typeof(ValueTask<>), nameof(ValueTask.ConfigureAwait) },
        { typeof(Guid), nameof(Guid.NewGuid) },
    };

    [Theory]
    [MemberData(nameof(Methods))]
    public void Every_overload_is_banned(Type type, string method)
    {
        var overloads = type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(one => one.Name == method).Select(IdOf).ToList();
        Assert.NotEmpty(overloads);
        Assert.Empty(overloads.Except(Core));
    }

    [Theory]
    [InlineData(typeof(Timer))]
    [InlineData(typeof(System.Timers.Timer))]
    [InlineData(typeof(Thread))]
    [InlineData(typeof(ThreadPool))]
    [InlineData(typeof(Parallel))]
    [InlineData(typeof(TaskFactory))]
    [InlineData(typeof(TaskFactory<>))]
    [InlineData(typeof(System.Diagnostics.Stopwatch))]
    [InlineData(typeof(System.Diagnostics.Process))]
    [InlineData(typeof(System.Security.Cryptography.RandomNumberGenerator))]
    [InlineData(typeof(System.Net.Sockets.Socket))]
    [InlineData(typeof(System.Net.Http.HttpClient))]
    public void The_whole_type_is_banned(Type type) => Assert.Contains("T:" + type.FullName, Core);

    [Theory]
    [InlineData("BannedSymbols.txt")]
    [InlineData("BannedSymbols.Core.txt")]
    public void Every_line_names_something_that_exists_once_with_a_reason(string file)
    {
        var lines = File.ReadAllLines(Repository.PathOf("eng", file));
        Assert.All(lines, line => Assert.True(line.Split(';', 2) is [_, { Length: > 10 }], line));
        Assert.Equal(Ids(file).Distinct(), Ids(file));
        // Whatever happens to be loaded would depend on which tests ran before: the whole framework is asked.
        var types = Directory.EnumerateFiles(RuntimeEnvironment.GetRuntimeDirectory(), "System*.dll").Where(path => !path.EndsWith(".Native.dll", StringComparison.Ordinal))
            .SelectMany(path => Assembly.Load(AssemblyName.GetAssemblyName(path)).GetExportedTypes()).DistinctBy(type => type.FullName).ToDictionary(type => type.FullName!);
        var nothing = Ids(file).Where(id => id.Contains(":System.", StringComparison.Ordinal) && !Exists(id, types));
        Assert.Empty(nothing);
    }

    private static bool Exists(string id, Dictionary<string, Type> types)
    {
        if (id[0] == 'T') return types.ContainsKey(id[2..]);
        var path = id[2..].Split('(')[0];
        var type = path[..path.LastIndexOf('.')].TrimEnd('.');
        if (!types.TryGetValue(type, out var found)) return false;
        const BindingFlags all = BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        return id[0] == 'P'
            ? found.GetProperty(path[(type.Length + 1)..], all) is not null
            : found.GetMethods(all).Cast<MethodBase>().Concat(found.GetConstructors(all)).Any(method => IdOf(method) == id);
    }

    private static string[] Ids(string file) => [.. File.ReadAllLines(Repository.PathOf("eng", file)).Select(line => line.Split(';')[0])];

    /// <summary>The id of documentation comments (C# specification, annex D.4.2), which the analyzer takes.</summary>
    private static string IdOf(MethodBase method)
    {
        var name = method.IsConstructor ? "#ctor" : method.Name;
        if (method.IsGenericMethod) name += "``" + method.GetGenericArguments().Length;
        var parameters = method.GetParameters();
        return $"M:{method.DeclaringType!.FullName}.{name}" + (parameters.Length == 0 ? "" : $"({string.Join(',', parameters.Select(one => Named(one.ParameterType)))})");
    }

    private static string Named(Type type) =>
        type.IsGenericMethodParameter ? "``" + type.GenericParameterPosition
        : type.IsGenericTypeParameter ? "`" + type.GenericParameterPosition
        : type.IsGenericType ? $"{type.GetGenericTypeDefinition().FullName!.Split('`')[0]}{{{string.Join(',', type.GetGenericArguments().Select(Named))}}}"
        : type.IsArray ? Named(type.GetElementType()!) + "[]"
        : type.FullName!;
}
