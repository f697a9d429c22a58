using System.Globalization;
using System.Text;
using System.Xml;
using Kept.Model;

namespace Kept.Cli.Output;

/// <summary>The result of one round of looks as a JUnit report: a promise is a test case, broken is a failure, unknown an error, not in force skipped.</summary>
internal static class JUnit
{
    public static string Write(House house, IReadOnlyList<LookedAt> looked)
    {
        var text = new StringBuilder();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, OmitXmlDeclaration = true, CheckCharacters = false }))
        {
            xml.WriteStartElement("testsuites");
            foreach (var agent in looked.GroupBy(one => one.Promise.Name.Agent))
            {
                xml.WriteStartElement("testsuite");
                xml.WriteAttributeString("name", $"{house.Id}/{agent.Key}");
                Number(xml, "tests", agent.Count());
                Number(xml, "failures", agent.Count(one => one.Outcome == Outcome.Broken));
                Number(xml, "errors", agent.Count(IsError));
                Number(xml, "skipped", agent.Count(IsSkipped));
                foreach (var one in agent) Case(xml, one);
                xml.WriteEndElement();
            }
            xml.WriteEndElement();
        }
        return text.ToString() + "\n";
    }

    /// <summary>Documents with errors of form: each is an error of the report, so that a build does not read an empty report as success.</summary>
    public static string WriteRefused(IReadOnlyList<Diagnostic> diagnostics)
    {
        var refusing = diagnostics.Where(diagnostic => diagnostic.RefusesHouse).ToList();
        var text = new StringBuilder();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, OmitXmlDeclaration = true, CheckCharacters = false }))
        {
            xml.WriteStartElement("testsuites");
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", "documents");
            Number(xml, "tests", refusing.Count);
            Number(xml, "failures", 0);
            Number(xml, "errors", refusing.Count);
            Number(xml, "skipped", 0);
            foreach (var diagnostic in refusing)
            {
                xml.WriteStartElement("testcase");
                xml.WriteAttributeString("classname", "documents");
                xml.WriteAttributeString("name", Clean(diagnostic.At.ToString()));
                xml.WriteStartElement("error");
                xml.WriteAttributeString("message", Clean($"{diagnostic.Code}: {diagnostic.Message}"));
                xml.WriteEndElement();
                xml.WriteEndElement();
            }
            xml.WriteEndElement();
            xml.WriteEndElement();
        }
        return text.ToString() + "\n";
    }

    private static bool IsError(LookedAt one) => one.Outcome == Outcome.NotAPromise || (one.Outcome == Outcome.Unknown && !one.NotDecidedByOneLook);

    private static bool IsSkipped(LookedAt one) => one.Outcome == Outcome.NotInForce || (one.Outcome == Outcome.Unknown && one.NotDecidedByOneLook);

    private static void Case(XmlWriter xml, LookedAt one)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", one.Promise.Name.Agent);
        xml.WriteAttributeString("name", one.Promise.Name.Short);
        var microseconds = one.Checks.Sum(check => Math.Max(0, check.Seen?.Phases.Total ?? 0)) / 1000;
        xml.WriteAttributeString("time", (microseconds / 1_000_000m).ToString("0.######", CultureInfo.InvariantCulture));
        var element = one.Outcome == Outcome.Broken ? "failure" : IsError(one) ? "error" : IsSkipped(one) ? "skipped" : null;
        if (element is not null)
        {
            xml.WriteStartElement(element);
            xml.WriteAttributeString("message", Clean($"{one.Outcome.Word(one.Promise.IsWish)}: {one.Reason}"));
            if (element != "skipped")
                foreach (var expectation in one.Checks.SelectMany(check => check.Look?.Expectations ?? []).Where(e => e.Truth != Truth.True))
                    xml.WriteString(Clean($"{expectation.Text}: {expectation.Reason}\n"));
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private static void Number(XmlWriter xml, string name, int n) => xml.WriteAttributeString(name, n.ToString(CultureInfo.InvariantCulture));

    /// <summary>What a target sent may hold characters that XML cannot.</summary>
    private static string Clean(string text) => string.Concat(text.Select(c => XmlConvert.IsXmlChar(c) || c == '\n' ? c : '\uFFFD'));
}
