using Kept.Checks.Grpc;
using Kept.Model;
using Xunit;

namespace Kept.Checks.Tests.Grpc;

/// <summary>What a check of the kind grpc asks is held against the file of descriptors before anything is asked.</summary>
public sealed class HeldQuestionTests
{
    private static readonly byte[] All = File.ReadAllBytes(Path.Combine(ProtoJsonTests.Folder, "all.pb"));

    private static Misfit? Held(string method, string? request, ReadOnlyMemory<byte>? file = null)
    {
        var steps = 1_000_000L;
        return Held(method, request, ref steps, file);
    }

    private static Misfit? Held(string method, string? request, ref long steps, ReadOnlyMemory<byte>? file = null)
    {
        List<(string, FieldValue)> fields = [("method", new FieldValue.Text(method)), ("descriptors", new FieldValue.Text("all.pb"))];
        if (request is not null) fields.Add(("request", new FieldValue.Text(request)));
        var understood = HeldQuestion.By(file ?? All);
        Assert.True(understood.Holds is null ^ understood.Why is null);
        return understood.Holds is { } holds ? holds(Looking.CheckOf("grpc", "orders.example:443", null, [.. fields]), ref steps) : null;
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("""{"id": "o-1", "wait": 3}""")]
    // what a secret stands for is not known, and may be of any form that is written as a text
    [InlineData("""{"id": "${env:ORDER}", "wait": "${env:SECONDS}"}""")]
    public void A_question_that_fits_is_told_nothing_of(string? request) => Assert.Null(Held("kept.test.Orders/Get", request));

    [Theory]
    [InlineData("""{"ID": "o-1"}""", "`ID` of the request is no field of kept.test.Asked; it has id, wait; did you mean `id`?")]
    [InlineData("""{"id": 5}""", "`id` of the request is a number; write a text")]
    [InlineData("""{"wait": "soon"}""", "`wait` of the request is soon; write a whole number from -2147483648 to 2147483647")]
    [InlineData("""{"wait": 3000000000}""", "`wait` of the request is 3000000000; write a whole number from -2147483648 to 2147483647")]
    [InlineData("""{"id": "${env:ORDER}", "nothing-like-it-at-all": 1}""", "`nothing-like-it-at-all` of the request is no field of kept.test.Asked; it has id, wait")]
    [InlineData("[]", "the request is a list; kept.test.Asked is an object: { \"id\": …, \"wait\": … }")]
    public void A_request_that_does_not_fit_is_told_with_its_field_and_what_to_write(string request, string words)
    {
        var misfit = Held("kept.test.Orders/Get", request);
        Assert.Equal(("request", words), (misfit?.Field, misfit?.Message));
        Assert.NotEqual("", misfit!.Help);
    }

    [Theory]
    [InlineData("kept.test.Orders/Got", "the descriptors do not know `kept.test.Orders/Got`; kept.test.Orders has Get, Watch, Send", "did you mean `kept.test.Orders/Get`?")]
    [InlineData("kept.test.Order/Get", "the descriptors do not know `kept.test.Order/Get`; they hold the services kept.test.Orders", "did you mean the service `kept.test.Orders`?")]
    [InlineData("kept.test.Orders/Watch", "`kept.test.Orders/Watch` streams, and a check calls methods with one request and one answer", "name a method without `stream` in its declaration")]
    public void A_method_that_is_not_there_or_streams_is_told(string method, string words, string help) => Assert.Equal(new Misfit("method", words, help), Held(method, null));

    [Fact]
    public void Many_slips_share_what_may_be_spent_on_guessing_what_was_meant()
    {
        var (steps, guessed) = (3_000L, 0);
        for (var i = 0; i < 1_000; i++)
        {
            var misfit = i % 2 == 0 ? Held("kept.test.Orders/Got", null, ref steps) : Held("kept.test.Orders/Get", """{"ID": "o-1"}""", ref steps);
            Assert.NotNull(misfit); // told, with a guess or without
            if ((misfit.Help + misfit.Message).Contains("did you mean", StringComparison.Ordinal)) guessed++;
        }
        Assert.InRange(guessed, 1, 20);
        Assert.InRange(steps, -2_000, 0);
    }

    [Fact]
    public void A_file_that_is_none_or_lacks_what_it_needs_is_told_whatever_it_holds()
    {
        var alone = new ProtoWriter();
        alone.Counted(1, Schema.FilesOf(All).Single(file => Schema.NamesOf(file).Name == "all.proto").Span);
        foreach (var file in (byte[][])[[], "syntax = \"proto3\";"u8.ToArray(), All[..(All.Length / 2)], [0x0a, 9]])
        {
            var understood = HeldQuestion.By(file);
            Assert.Null(understood.Holds);
            Assert.StartsWith("is no set of descriptors: ", understood.Why, StringComparison.Ordinal);
        }
        Assert.Null(Held("kept.test.Orders/Get", null, alone.Written.ToArray())); // what the answer needs, nobody needs yet
        var random = new Random(11);
        for (var i = 0; i < 2_000; i++)
        {
            var bytes = All.ToArray();
            for (var change = random.Next(1, 6); change > 0; change--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            _ = Held("kept.test.Orders/Get", """{"id": "o-1", "wait": 3}""", bytes); // never throws
        }
    }

    [Fact]
    public void Secrets_may_stand_wherever_a_text_may_and_nowhere_else()
    {
        var schema = Schema.Of(Schema.FilesOf(All));
        var all = schema.Message("kept.test.All");
        const string secret = "\"${file:/run/secrets/x}\"";
        foreach (var field in (string[])["aText", "anInt64", "aUint32", "someBytes", "colour", "aBool", "aDouble", "at", "took", "mask", "wrapped", "wrappedText", "struct"])
            Hold(all, $$"""{"{{field}}": {{secret}}}""", schema);
        Hold(all, $$$"""{"numbers": [1, {{{secret}}}], "texts": [{{{secret}}}], "totals": {"${env:KEY}": 1}, "byNumber": {"${env:KEY}": {"aText": "x"}}, "inner": {"anInt32": {{{secret}}}}, "any": {"@type": "type.googleapis.com/kept.test.Asked", "wait": {{{secret}}}}}""", schema);
        Assert.Contains("is a text", Assert.Throws<FormatException>(() => Hold(all, $$"""{"inner": {{secret}}}""", schema)).Message, StringComparison.Ordinal);
        Assert.Contains("write a list", Assert.Throws<FormatException>(() => Hold(all, $$"""{"numbers": {{secret}}}""", schema)).Message, StringComparison.Ordinal);
        // where it is sent, it is what it says
        Assert.Throws<FormatException>(() => ProtoRequest.Write(all, $$"""{"anInt64": {{secret}}}""", schema));
    }

    private static void Hold(MessageShape shape, string json, Schema schema)
    {
        var steps = 1_000_000L;
        ProtoRequest.Hold(shape, json, schema, ref steps);
    }
}
