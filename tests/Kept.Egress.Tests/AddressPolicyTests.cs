using System.Net;
using CsCheck;
using Xunit;

namespace Kept.Egress.Tests;

public sealed class AddressPolicyTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("10.0.0.1")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("100.64.0.1")]
    [InlineData("100.127.255.255")]
    [InlineData("100.100.100.200")]
    [InlineData("169.254.169.254")]
    [InlineData("168.63.129.16")]
    [InlineData("192.0.0.170")]
    [InlineData("192.0.2.1")]
    [InlineData("198.18.0.1")]
    [InlineData("198.51.100.1")]
    [InlineData("203.0.113.1")]
    [InlineData("192.88.99.1")]
    [InlineData("224.0.0.1")]
    [InlineData("239.255.255.255")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::1%1")]
    [InlineData("::127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("::ffff:a9fe:a9fe")]
    [InlineData("::ffff:0:127.0.0.1")]
    [InlineData("64:ff9b::127.0.0.1")]
    [InlineData("64:ff9b:1::1")]
    [InlineData("100::1")]
    [InlineData("2001::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:7f00:1::")]
    [InlineData("3fff::1")]
    [InlineData("5f00::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%2")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    public void What_is_not_public_is_told_by_name(string text) => Assert.NotNull(AddressPolicy.Special(IPAddress.Parse(text)));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("9.255.255.255")]
    [InlineData("11.0.0.0")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.0")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.0")]
    [InlineData("198.20.0.0")]
    [InlineData("223.255.255.255")]
    [InlineData("::ffff:1.1.1.1")]
    [InlineData("2001:4860:4860::8888")]
    [InlineData("2606:4700:4700::1111")]
    public void Everybody_may_reach_what_is_public(string text) => Assert.Null(AddressPolicy.Special(IPAddress.Parse(text)));

    private static bool IsPublic(IPAddress address) => AddressPolicy.Special(address) is null;

    /// <summary>An oracle of plain arithmetic over the ranges that matter most.</summary>
    [Fact]
    public void No_random_address_inside_gets_through_in_either_family() =>
        Gen.UInt.Sample(bits =>
        {
            byte[] b = [(byte)(bits >> 24), (byte)(bits >> 16), (byte)(bits >> 8), (byte)bits];
            var inside = b[0] is 0 or 10 or 127 or >= 224 || (b[0] == 172 && b[1] is >= 16 and < 32) || (b[0] == 192 && b[1] == 168) || (b[0] == 169 && b[1] == 254) || (b[0] == 100 && b[1] is >= 64 and < 128);
            var four = new IPAddress(b);
            return IsPublic(four) == IsPublic(four.MapToIPv6()) && !(inside && IsPublic(four))
                && !IsPublic(new IPAddress([0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, .. b])) && !IsPublic(new IPAddress([0x20, 0x02, .. b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]));
        }, iter: 20_000);

    [Theory]
    [InlineData("Example.COM.", "example.com")]
    [InlineData("2130706433", "127.0.0.1")]
    [InlineData("0x7f.1", "127.0.0.1")]
    [InlineData("0177.0.0.1", "127.0.0.1")]
    [InlineData("127.1", "127.0.0.1")]
    [InlineData("::FFFF:7f00:1", "::ffff:127.0.0.1")]
    [InlineData("localhost.", "localhost")]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    [InlineData("a_b.example", "a_b.example")]
    [InlineData("a b", null)]
    [InlineData("a/b", null)]
    [InlineData("u@h", null)]
    [InlineData("a:1", null)]
    [InlineData("", null)]
    [InlineData(".", null)]
    public void A_host_has_one_form(string text, string? canonical) => Assert.Equal(canonical, HostText.Canonical(text));

    [Theory]
    [InlineData("a.example:443", "a.example", 443)]
    [InlineData("[::1]:443", "::1", 443)]
    [InlineData("::1", "::1", 0)]
    [InlineData("[::1]", "::1", 0)]
    [InlineData("a.example", "a.example", 0)]
    [InlineData("a.example:70000", "a.example", 0)]
    [InlineData("a.example:+1", "a.example", 0)]
    public void Host_and_port_are_told_apart(string text, string host, int port) => Assert.Equal((host, port), HostPort.Read(text));
}
