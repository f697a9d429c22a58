using System.Text;
using Kept.Checks;
using Kept.Language.Documents;
using Kept.TestKit;
using Xunit;

namespace Kept.Language.Tests.Documents;

/// <summary>The reference pages of documents and of house.yaml are written from the tables that the reader reads by, so that they cannot tell anything else.</summary>
public sealed class ReferencePageTests
{
    [Fact]
    public void Every_field_of_a_document_stands_on_its_page() => IsWritten("documents", "The fields of a document", """
        A document speaks for one agent: what it promises about itself, and what it accepts or wishes of others. It is a YAML file called `kept.yaml` or `NAME.kept.yaml`; a file may hold several,
        with `---` between them. The lines that can be judged are told in [the expressions](expressions.md); what each kind of check looks at, and its own fields, on [the pages of the checks](../checks/http.md).
        `kept schema` prints the same as JSON Schema, for editors.
        """, new DocumentTables(CheckCatalog.Kinds).Document);

    [Fact]
    public void Every_field_of_a_house_stands_on_its_page() => IsWritten("house", "The fields of house.yaml", """
        `house.yaml` stands once, at the top of the folder of a house, and need not be there at all. It says what holds for the whole house. `kept schema --house` prints the same as JSON Schema, for editors.
        """, new DocumentTables(CheckCatalog.Kinds).House);

    private static void IsWritten(string page, string title, string about, Shape root)
    {
        var text = new StringBuilder($"# {title}\n\n{about}\n");
        var waiting = new Queue<Shape>([root]);
        var told = new HashSet<string>();
        while (waiting.TryDequeue(out var shape))
        {
            if (!told.Add(shape.Name)) continue;
            text.Append($"\n## {char.ToUpperInvariant(shape.Title[0])}{shape.Title[1..]}\n\n| field | is | means |\n|---|---|---|\n");
            foreach (var field in shape.Fields) text.Append($"| `{field.Name}`{(field.Required ? ", needed" : "")} | {Of(field.Form, waiting, page)} | {field.Means} |\n");
            if (shape.Further is { } further) text.Append($"| other keys | {Of(further, waiting, page)} | A built-in quantity, or one declared under `types`. |\n");
        }
        var path = Repository.PathOf("docs", "reference", page + ".md");
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1" && !Repository.IsContinuousIntegration) File.WriteAllText(path, text.ToString());
        Assert.True(File.Exists(path), "run with UPDATE_SNAPSHOTS=1, which writes " + path);
        Assert.Equal(File.ReadAllText(path), text.ToString());
    }

    private static string Of(Form form, Queue<Shape> waiting, string page)
    {
        switch (form)
        {
            case Form.List list:
                return (list.OrOne ? "one, or a list: " : "a list: ") + Of(list.Item, waiting, page);
            case Form.Map map:
                return $"by name of the {map.Keys}: {Of(map.Value, waiting, page)}";
            case Form.Either either:
                return Of(either.Scalar, waiting, page) + "; or " + Of(either.Other, waiting, page);
            case Form.Of { Shape.Name: "check" } when page == "house":
                return "[a check](documents.md#a-check)";
            case Form.Of of:
                waiting.Enqueue(of.Shape);
                return $"[{of.Shape.Title}](#{of.Shape.Title.Replace(' ', '-')})";
            case Form.Text { Choices: { IsDefault: false, Length: > 1 } choices }:
                return string.Join(", ", choices.Select(choice => $"`{choice}`"));
            default:
                return ((Form.Text)form).Means.Replace("|", "\\|", StringComparison.Ordinal);
        }
    }
}
