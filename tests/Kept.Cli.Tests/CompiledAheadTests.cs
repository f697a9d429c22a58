using System.Reflection;
using Kept.Model;
using Xunit;

namespace Kept.Cli.Tests;

/// <summary>What a short command runs is compiled ahead; a field whose layout the runtime does not promise makes it compile all that touches the type at each start.</summary>
public sealed class CompiledAheadTests
{
    [Fact]
    public void No_type_has_a_field_whose_layout_is_not_promised()
    {
        Assert.Contains(typeof(Odd), Of([typeof(Odd)])); // or the search finds nothing at all
        var rooms = typeof(Program).Assembly.GetReferencedAssemblies().Where(name => name.Name!.StartsWith("Kept.", StringComparison.Ordinal)).Select(Assembly.Load).Append(typeof(Program).Assembly).ToList();
        Assert.Contains(typeof(Promise).Assembly, rooms);
        Assert.Empty(Of(rooms.SelectMany(room => room.GetTypes()).Where(type => !type.Name.StartsWith('<') && type.DeclaringType?.Name.StartsWith('<') != true)));
    }

    private static IEnumerable<Type> Of(IEnumerable<Type> types) =>
        types.Where(type => type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly).Any(field => IsUnpromised(field.FieldType)));

    private static bool IsUnpromised(Type type) =>
        type == typeof(UInt128) || type == typeof(Int128) || type is { IsValueType: true, IsGenericType: true } && type.GetGenericArguments().Any(IsUnpromised);

    private sealed record Odd((UInt128 High, int Low) Bits);
}
