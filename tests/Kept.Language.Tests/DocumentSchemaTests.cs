using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kept.Checks;
using Kept.Language.Documents;
using Kept.Language.Yaml;
using Kept.Model;
using Kept.TestKit;
using NJsonSchema;
using Xunit;

namespace Kept.Language.Tests;

public sealed class DocumentSchemaTests
{
    [Fact]
    public async Task Good_examples_are_valid_by_the_schema()
    {
        var schema = await SchemaOf(DocumentSchema.Json(CheckCatalog.Kinds));
        foreach (var path in Directory.EnumerateFiles(Repository.PathOf("examples", "good"), "*kept.yaml", SearchOption.AllDirectories))
            foreach (var json in AsJson(File.ReadAllBytes(path)))
                Assert.True(schema.Validate(json) is { Count: 0 } errors, $"{path}: {string.Join("\n", schema.Validate(json))}");
    }

    [Fact]
    public async Task The_house_file_of_an_example_is_valid_by_its_schema()
    {
        var schema = await SchemaOf(DocumentSchema.HouseJson(CheckCatalog.Kinds));
        foreach (var path in Directory.EnumerateFiles(Repository.PathOf("examples", "good"), "house.yaml", SearchOption.AllDirectories))
            foreach (var json in AsJson(File.ReadAllBytes(path)))
                Assert.Empty(schema.Validate(json));
    }

    [Theory]
    [InlineData("L011.typo"), InlineData("L012.agent"), InlineData("L012.wish-without-check"), InlineData("L015.list"), InlineData("L016.capital"), InlineData("L017.newer"), InlineData("L019.kind")]
    [InlineData("L024.no-kind"), InlineData("L024.two-kinds"), InlineData("L028.more-than-all", false), InlineData("L038.words")]
    public async Task Broken_examples_of_form_are_refused_by_the_schema(string name, bool isRefused = true)
    {
        var schema = await SchemaOf(DocumentSchema.Json(CheckCatalog.Kinds));
        var errors = AsJson(File.ReadAllBytes(Repository.PathOf("examples", "broken", name + ".kept.yaml"))).SelectMany(json => schema.Validate(json));
        Assert.Equal(isRefused, errors.Any());
    }

    /// <summary>The schemas that ship are those of the code; UPDATE_SNAPSHOTS=1 writes them.</summary>
    [Theory]
    [InlineData("kept.schema.json"), InlineData("house.schema.json")]
    public void The_shipped_schema_is_made_from_the_code(string name)
    {
        var json = name == "kept.schema.json" ? DocumentSchema.Json(CheckCatalog.Kinds) : DocumentSchema.HouseJson(CheckCatalog.Kinds);
        var path = Repository.PathOf("schema", name);
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1" && !Repository.IsContinuousIntegration)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, json);
        }
        Assert.True(File.Exists(path), $"{path} is missing; run with UPDATE_SNAPSHOTS=1");
        Assert.Equal(File.ReadAllText(path), json);
    }

    [Fact]
    public void Every_field_says_what_it_means()
    {
        var tables = new DocumentTables(TestKinds.All);
        foreach (var shape in new[] { tables.Document, tables.Promise, tables.Check, tables.Wish, tables.Reliance, tables.House, DocumentTables.Limits, DocumentTables.Failure, DocumentTables.Calendar })
            foreach (var field in shape.Fields)
                Assert.EndsWith(".", field.Means, StringComparison.Ordinal);
    }

    // this validator knows the keywords we use, but by the older name of one
    private static Task<JsonSchema> SchemaOf(string json) => JsonSchema.FromJsonAsync(json.Replace("$defs", "definitions", StringComparison.Ordinal), TestContext.Current.CancellationToken);

    /// <summary>The document as an editor's YAML reader sees it, by our own reader: scalars as text.</summary>
    private static IEnumerable<string> AsJson(byte[] bytes)
    {
        var problems = new Problems();
        var source = SourceText.From(new DocumentFile("x", bytes), problems)!;
        foreach (var document in YamlReader.Read(source, problems))
            yield return Node(document.Root!)!.ToJsonString();

        static JsonNode? Node(YamlNode node) => node switch
        {
            YamlScalar scalar => JsonValue.Create(scalar.Text),
            YamlList list => new JsonArray([.. list.Items.Select(Node)]),
            YamlMap map => new JsonObject(map.Entries.Select(entry => KeyValuePair.Create(entry.Key.Text, Node(entry.Value)))),
            _ => null,
        };
    }

    /// <summary>What a help text gives as an example is something that the reader takes.</summary>
    [Fact]
    public void Every_figure_that_a_help_text_gives_as_an_example_is_one()
    {
        var tables = new DocumentTables(CheckCatalog.Kinds);
        var told = Texts(tables.Document).Concat(Texts(tables.House)).Select(text => text.Means).Distinct();
        var examples = told.SelectMany(means => Regex.Matches(means, "(?:such as|or) (?<one>[0-9][^ ,]*(?: [KMG]i?B)?)(?=$|[ ,])").Select(match => match.Groups["one"].Value)).Distinct().ToList();
        Assert.Contains("10MB", examples);
        foreach (var example in examples)
        {
            var problems = new Problems();
            var text = ScalarText.Unwritten(example);
            Assert.True(example.StartsWith("127.", StringComparison.Ordinal) || example is "2" || Instant.TryParse(example, out _)
                || Enum.GetValues<Dimension>().Any(dimension => ExpressionReader.Quantity(text, dimension, problems) is not null), example);
        }
    }

    private static IEnumerable<Form.Text> Texts(Shape shape, int depth = 0) =>
        depth > 12 ? [] : shape.Fields.Select(field => field.Form).Append(shape.Further).OfType<Form>().SelectMany(form => Texts(form, depth));

    private static IEnumerable<Form.Text> Texts(Form form, int depth) => form switch
    {
        Form.Text text => [text],
        Form.List list => Texts(list.Item, depth),
        Form.Map map => Texts(map.Value, depth),
        Form.Of of => Texts(of.Shape, depth + 1),
        Form.Either either => [either.Scalar, .. Texts(either.Other, depth)],
        _ => [],
    };
}
