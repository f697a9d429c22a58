using Kept.Checks.Grpc;
using Xunit;
using static Kept.Checks.Tests.Grpc.ProtoJsonTests;

namespace Kept.Checks.Tests.Grpc;

/// <summary>Requests as documents write them.</summary>
public sealed class ProtoRequestTests
{
    private static string Hex(string json, string type = "All") => Convert.ToHexString(ProtoRequest.Write(All.Message("kept.test." + type), json, All));

    [Theory]
    [InlineData("""{"an_int32": 5}""", "2805")]
    [InlineData("""{"anInt32": "5"}""", "2805")]
    [InlineData("""{"anInt32": 5.0e0}""", "2805")]
    [InlineData("""{"anInt32": 0, "aText": "", "aDouble": 0, "nothing": null, "inner": null, "numbers": null}""", "")]
    [InlineData("""{"aDouble": -0.0}""", "090000000000000080")]
    [InlineData("""{"colour": 1}""", "7001")]
    [InlineData("""{"colour": 9}""", "7009")]
    [InlineData("""{"someBytes": "_-8"}""", "6202FFEF")]
    [InlineData("""{"someBytes": "/+8="}""", "6202FFEF")]
    [InlineData("""{"at": "2027-01-31T18:00:00.5+01:00"}""", "EA030C0890D1FDDA0610" + "80CAB5EE01")]
    [InlineData("""{"took": "-0.000000001s"}""", "F2030B10" + "FFFFFFFFFFFFFFFFFF01")]
    [InlineData("""{"empty": {}}""", "CA0400")]
    [InlineData("""{"value": null}""", "82040" + "20800")]
    [InlineData("""{"any": {}}""", "C20400")]
    public void Each_form_of_a_value_is_taken(string json, string hex) => Assert.Equal(hex, Hex(json));

    [Theory]
    [InlineData("""[]""", "the request is a list; kept.test.All is an object: { \"aDouble\": …")]
    [InlineData("""{"aTxt": 1}""", "`aTxt` of the request is no field of kept.test.All; it has aDouble, aFloat")]
    [InlineData("""{"inner": {"inner": {"x": 1}}}""", "`inner.inner.x` of the request is no field")]
    [InlineData("""{"aText": 1}""", "`aText` of the request is a number; write a text")]
    [InlineData("""{"anInt32": 1.5}""", "`anInt32` of the request is 1.5; write a whole number from -2147483648 to 2147483647")]
    [InlineData("""{"aUint64": 18446744073709551616}""", "write a whole number from 0 to 18446744073709551615")]
    [InlineData("""{"anInt64": "x"}""", "write a whole number")]
    [InlineData("""{"aBool": "true"}""", "is a text; write true or false")]
    [InlineData("""{"aFloat": 1e39}""", "no number that a float holds")]
    [InlineData("""{"aDouble": 1e309}""", "no number that a double holds")]
    [InlineData("""{"aDouble": "1,5"}""", "no number that a double holds")]
    [InlineData("""{"someBytes": "a b="}""", "is no Base64")]
    [InlineData("""{"someBytes": "a"}""", "is no Base64")]
    [InlineData("""{"colour": "red"}""", "kept.test.Colour is one of COLOUR_UNSPECIFIED, RED, BELOW")]
    [InlineData("""{"numbers": 1}""", "is a number; write a list")]
    [InlineData("""{"numbers": [1, null]}""", "`numbers[1]` of the request is null, which a list cannot hold")]
    [InlineData("""{"totals": []}""", "it is a map, so write an object")]
    [InlineData("""{"totals": {"a": null}}""", "`totals.a` of the request is null")]
    [InlineData("""{"byNumber": {"x": {}}}""", "`byNumber.x` of the request is x; write a whole number")]
    [InlineData("""{"byFlag": {"yes": 1}}""", "a key that is true or false")]
    [InlineData("""{"named": "a", "numbered": 1}""", "`numbered` of the request cannot be set together with named")]
    [InlineData("""{"aText": "a", "a_text": "b"}""", "is written twice")]
    [InlineData("""{"at": "yesterday"}""", "write it as 2027-01-31T18:00:00Z")]
    [InlineData("""{"at": "2027-01-31T18:00:00"}""", "write it as 2027-01-31T18:00:00Z")]
    [InlineData("""{"took": 5}""", "write a duration in seconds as 1.5s")]
    [InlineData("""{"took": "5m"}""", "write it in seconds, as 1.5s")]
    [InlineData("""{"any": {"aText": "x"}}""", "write \"@type\": \"type.googleapis.com/PACKAGE.MESSAGE\"")]
    [InlineData("""{"any": {"@type": "kept.test.Asked"}}""", "write type.googleapis.com/PACKAGE.MESSAGE")]
    [InlineData("""{"any": {"@type": "x/kept.test.Gone"}}""", "the type kept.test.Gone is not among them; compile them with protoc --include_imports")]
    [InlineData("""{"any": {"@type": "x/google.protobuf.Duration", "seconds": 1}}""", "write it as \"value\"")]
    [InlineData("""{"struct": 5}""", "`struct` of the request is a number; write an object")]
    [InlineData("""{"list": {}}""", "write a list")]
    [InlineData("""{"aText": "\ud800"}""", "half a character")]
    [InlineData("""{"\ud800": 1}""", "half a character")]
    [InlineData("""{"a": }""", "the request is no JSON (line 1, byte 7)")]
    public void What_does_not_fit_says_what_to_write(string json, string words) => Assert.Contains(words, Assert.ThrowsAny<FormatException>(() => Hex(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void What_a_message_requires_must_be_written()
    {
        Assert.Contains("`key` of the request is missing, and kept.test.legacy.Old requires it", Assert.Throws<FormatException>(() => Hex("{}", "legacy.Old")).Message, StringComparison.Ordinal);
        Assert.Contains("one of OPEN, SHUT", Assert.Throws<FormatException>(() => Hex("""{"key": "", "state": 2}""", "legacy.Old")).Message, StringComparison.Ordinal);
        Assert.Contains("more", Assert.Throws<FormatException>(() => Hex("""{"key": "", "more": "x"}""", "legacy.Old")).Message, StringComparison.Ordinal);
    }
}
