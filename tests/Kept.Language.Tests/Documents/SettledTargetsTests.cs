using System.Text;
using Kept.Checks;
using Kept.Model;
using Xunit;

namespace Kept.Language.Tests.Documents;

/// <summary>What the fields of a check make of its target and of its rhythm, by the program's own kinds.</summary>
public sealed class SettledTargetsTests
{
    private static HouseReading Read(string check) => HouseReader.Read([new DocumentFile("kept.yaml", Encoding.UTF8.GetBytes($$"""
        kept: 1
        agent: shop
        domains: [shop.example, 192.0.2.0/24, localhost]
        promises:
          page: { version: 1.0, benefit: You can look around., to: anyone, keeps: [ availability >= 99.5% over 30d ], check: { {{check}} } }
        """))], "test", CheckCatalog.Kinds);

    private static Check One(string check)
    {
        var reading = Read(check);
        Assert.True(reading.House is not null, Houses.Shown(reading));
        return reading.House.Promises.Single().Checks.Single();
    }

    [Fact]
    public void A_field_that_was_renamed_is_told_by_its_new_name()
    {
        var told = Assert.Single(Read("icmp: shop.example, family: IPv4").Diagnostics, problem => problem.Code == "L011");
        Assert.Contains("has no field `family` any more; it is called `addresses`", told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Read("redis: 'shop.example:6379', familiy: IPv4").Diagnostics, problem => problem.Message.Contains("any more", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("smtp: shop.example", 25)]
    [InlineData("smtp: shop.example, encryption: starttls", 25)]
    [InlineData("smtp: shop.example, encryption: none", 25)]
    [InlineData("smtp: shop.example, encryption: tls", 465)]
    [InlineData("smtp: 'shop.example:587'", 587)]
    [InlineData("smtp: 'shop.example:2525', encryption: tls", 2525)]
    [InlineData("imap: shop.example", 993)]
    [InlineData("imap: shop.example, encryption: starttls", 143)]
    [InlineData("imap: shop.example, encryption: none", 143)]
    [InlineData("imap: 'shop.example:1143', encryption: starttls", 1143)]
    public void A_port_that_is_not_written_goes_by_the_encryption(string check, int port)
    {
        var target = One(check).Target;
        Assert.Equal(("shop.example", port, $"shop.example:{port}"), (target.Host, target.Port, target.Rest));
    }

    [Theory]
    [InlineData("redis: 127.0.0.1, password: '${env:P}'")]
    [InlineData("redis: '[::1]', password: '${env:P}'")]
    [InlineData("redis: 192.0.2.1, password: '${env:P}', over-tls: yes")]
    [InlineData("redis: 192.0.2.1")]
    [InlineData("mqtt: 192.0.2.1, user: watcher")]
    [InlineData("nats: shop.example, password: '${env:P}'")] // a name may be this machine: judged when it is dialled
    [InlineData("postgres: 192.0.2.1, password: '${env:P}'")] // scram-sha-256 may go in clear
    public void A_password_may_go_over_TLS_and_to_this_machine(string check) => One(check);

    [Theory]
    [InlineData("domain: shop.example", "1d")]
    [InlineData("domain: shop.example, every: 12h", "12h")]
    [InlineData("smtp: shop.example", "1m")]
    public void A_registry_is_asked_once_a_day_where_nothing_else_is_written(string check, string every) => Assert.Equal(every, One(check).Every.ToString());

    [Theory]
    [InlineData("domain: shop.example at https://rdap.registry.example/base/", "shop.example", "rdap.registry.example")]
    [InlineData("domain: shop.com", "shop.com", "rdap.verisign.com")]
    [InlineData("domain: shop.net", "shop.net", "rdap.verisign.com")]
    [InlineData("domain: a.shop.dev", "a.shop.dev", "pubapi.registry.google")]
    [InlineData("domain: shop.example", "shop.example", "example")] // whose server the house knows
    [InlineData("prometheus: 'up{job=\"shop\"} at https://prometheus.shop.example:9090/x'", "prometheus.shop.example", "prometheus.shop.example")]
    [InlineData("dns: A shop.example at 192.0.2.53", "shop.example", "192.0.2.53")]
    public void Looks_count_against_the_server_that_is_asked(string check, string host, string lane)
    {
        var target = One(check).Target;
        Assert.Equal((host, lane), (target.Host, target.Lane));
    }
}
