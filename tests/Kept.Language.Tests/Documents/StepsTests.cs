using Kept.Model;
using Xunit;

namespace Kept.Language.Tests.Documents;

/// <summary>Checks in several steps, as documents write them.</summary>
public class StepsTests
{
    private const string Login = "{ name: login, http: POST https://shop.example/login, body: '{}', expect: [ status == 200 ], take: { token: body.token, id: 'header.location matches /([0-9]+)$/' } }";

    private static string Shop(string check) => Houses.Shop.Replace("check: { http: GET https://shop.example/, expect: [ status == 200 ] }", "check: " + check, StringComparison.Ordinal);

    private static string Page(string first, string headers = "") => Shop($"{{ http: GET https://shop.example/, {headers}first: [ {first} ], expect: [ status == 200 ] }}");

    [Fact]
    public void Steps_are_read_with_their_own_fields_and_survive_compiling()
    {
        var house = Houses.Reads(Page(Login, "headers: { Authorization: 'Bearer ${login.token}' }, "));
        var check = house.Promises.Single().Checks.Single();
        var step = Assert.Single(check.First);
        Assert.Equal(("login", "POST", "https://shop.example/login"), (step.Name, step.Target.Method, step.Target.Rest));
        Assert.Equal(["token", "id"], step.Takes.Select(taking => taking.Name));
        Assert.Equal("([0-9]+)$", step.Takes[1].Pattern!.ToString());
        Assert.Equal("status == 200", step.Expect.Single().Text);
        Assert.Equal(new FieldValue.Text("{}"), step.Setting<FieldValue.Text>("body"));
        Assert.Equal(check.Timeout, step.Timeout);

        var bytes = CompiledHouse.Write(house);
        var back = CompiledHouse.Read(bytes, house.ContentHash, TestKinds.All);
        Assert.NotNull(back);
        Assert.Equal(bytes, CompiledHouse.Write(back));
        Assert.Equal(step.Takes.Select(taking => (taking.Name, taking.Text, taking.Pattern?.ToString())), back.Promises.Single().Checks.Single().First.Single().Takes.Select(taking => (taking.Name, taking.Text, taking.Pattern?.ToString())));
    }

    [Fact]
    public void What_leads_to_a_check_is_part_of_its_terms()
    {
        var with = Houses.Reads(Page(Login)).Promises.Single().TermsHash;
        Assert.NotEqual(Houses.Reads(Houses.Shop).Promises.Single().TermsHash, with);
        Assert.NotEqual(Houses.Reads(Page(Login.Replace("/login,", "/signin,", StringComparison.Ordinal))).Promises.Single().TermsHash, with);
        Assert.NotEqual(Houses.Reads(Page(Login.Replace("body.token", "body.key", StringComparison.Ordinal))).Promises.Single().TermsHash, with);
        Assert.Equal(Houses.Reads(Page(Login.Replace("take: { token: body.token,", "take: { token:   body.token,", StringComparison.Ordinal))).Promises.Single().TermsHash, with);
    }

    [Theory]
    [InlineData("L012", "{ http: GET https://shop.example/login }", "needs `name`")]
    [InlineData("L011", "{ name: login, tcp: 'shop.example:1' }", "no field `tcp`")]
    [InlineData("L011", "{ name: login, http: GET https://shop.example/, every: 5s }", "no field `every`")]
    [InlineData("L024", "{ name: login }", "does not say how it looks")]
    [InlineData("L025", "{ name: login, http: GET shop.example/login }", "this is not a URL")]
    [InlineData("L057", "{ name: login, http: GET https://shop.example/, take: { a: nothing } }", "sees no `nothing`")]
    [InlineData("L112", "{ name: login, http: GET https://shop.example/, take: { a: header } }", "cannot be sent as one text")]
    [InlineData("L112", "{ name: login, http: GET https://shop.example/, take: { a: time } }", "cannot be sent as one text")]
    [InlineData("L112", "{ name: login, http: GET https://shop.example/, take: { a: \"'x'\" } }", "stands in the answer")]
    [InlineData("L112", "{ name: login, http: GET https://shop.example/, take: { a.b: body.x } }", "no name of a value")]
    [InlineData("L065", "{ name: login, http: GET https://shop.example/, take: { a: 'body matches /(/' } }", "pattern")]
    [InlineData("L111", "{ name: login, http: 'GET https://shop.example/${login.token}', take: { token: body.token } }", "${login.token}")]
    [InlineData("L111", "{ name: login, http: 'GET https://shop.example/${token}' }", "${token}")]
    public void What_is_wrong_with_a_step_is_told(string code, string step, string words) => Assert.Contains(words, Houses.Refuses(code, Page(step)).Message, StringComparison.Ordinal);

    [Fact]
    public void There_are_only_so_many_steps_and_takings()
    {
        Assert.Contains("17 steps", Houses.Refuses("L110", Page(string.Join(", ", Enumerable.Range(0, 17).Select(i => $"{{ name: s{i}, http: GET https://shop.example/{i} }}")))).Message, StringComparison.Ordinal);
        var takes = string.Join(", ", Enumerable.Range(0, 17).Select(i => $"t{i}: body.t{i}"));
        Assert.Contains("too many", Houses.Refuses("L112", Page($"{{ name: login, http: GET https://shop.example/, take: {{ {takes} }} }}")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_steps_a_text_in_brackets_is_a_text() =>
        Assert.Equal("${a.b}", Houses.Reads(Shop("{ http: GET https://shop.example/, body: '${a.b}', expect: [ status == 200 ] }")).Promises.Single().Checks.Single().Setting<FieldValue.Text>("body")!.Content);
}
