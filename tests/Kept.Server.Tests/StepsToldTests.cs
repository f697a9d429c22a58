using Kept.Checks;
using Kept.Language;
using Kept.Model;
using Xunit;

namespace Kept.Server.Tests;

/// <summary>How far a look of several steps came, as explanations and pages tell it.</summary>
public sealed class StepsToldTests
{
    private const string Document = """
        kept: 1
        agent: shop
        domains: [shop.example]
        promises:
          account@1:
            to: anyone
            check:
              name: account
              http: GET https://shop.example/account
              first:
                - { name: login, http: POST https://shop.example/login, body: 'password=${env:SHOP_PASSWORD}', expect: [ status == 200 ], take: { token: body.token } }
                - { name: cart, http: GET https://shop.example/cart }
              headers: { Authorization: 'Bearer ${login.token}' }
              expect: [ status == 200 ]
        """;

    private static readonly Check Check = HouseReader.Read([new DocumentFile("kept.yaml", System.Text.Encoding.UTF8.GetBytes(Document))], "test", CheckCatalog.Kinds).House!.ByName.Values.Single().Checks.Single();

    [Theory]
    [InlineData(null, null, "unknown", "unknown")]
    [InlineData(LookClass.Good, "", "answered", "answered")]
    [InlineData(LookClass.Bad, "the look failed: step 1 `login`: status is 500", "failed", "not reached")]
    [InlineData(LookClass.Bad, "the look failed: step 2 `cart`: shop.example:443 refused the connection", "answered", "failed")]
    [InlineData(LookClass.Bad, "the look failed: after 2 steps: no whole answer within 5s", "answered", "answered")]
    [InlineData(LookClass.Bad, "status is 500, not 200", "answered", "answered")]
    [InlineData(LookClass.Gap, "nothing was seen: step 2 `cart`: our name server did not answer", "answered", "unknown")]
    [InlineData(LookClass.Gap, "no token from login.example:443", "unknown", "unknown")]
    public void Each_step_says_how_far_the_look_came(LookClass? last, string? reason, string login, string cart)
    {
        var told = StepsTold.Of(Check, last, reason, null).ToList();
        Assert.Equal([("step 1 login", login), ("step 2 cart", cart)], told.Select(input => (input.What, input.Value)));
        Assert.Equal("POST https://shop.example/login, expects status == 200, takes token", told[0].Reason);
        Assert.Equal("GET https://shop.example/cart", told[1].Reason);
    }

    [Fact]
    public void A_check_without_steps_has_none_to_tell() => Assert.Empty(StepsTold.Of(Check with { First = [] }, LookClass.Good, "", null));
}
