using System.Net;
using Payments.Application.Diagnostics;
using Payments.Application.Network;
using Xunit;

namespace Payments.Tests.Unit;

public sealed class AddressRangeTests
{
    [Theory]
    [InlineData("41.90.64.9", true)]
    [InlineData("196.201.214.200", true)]
    [InlineData("172.15.255.255", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("2c0f:fe38::1", true)]
    [InlineData("::ffff:41.90.64.9", true)]
    [InlineData("64:ff9b::2962:4009", true)]
    [InlineData("10.0.0.1", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("172.31.255.254", false)]
    [InlineData("192.168.0.1", false)]
    [InlineData("127.0.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("203.0.113.9", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:a00:1::1", false)]
    [InlineData("fd12:3456::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("::ffff:0:10.0.0.1", false)]
    [InlineData("5f00::1", false)]
    public void Only_what_somebody_on_the_internet_can_have_is_public(string address, bool isPublic) =>
        Assert.Equal(isPublic, AddressRanges.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("10.0.0.5", "10.0.0.5")]
    [InlineData("10.0.0.5:41230", "10.0.0.5")]
    [InlineData("[::1]:41230", "::1")]
    [InlineData("::ffff:10.0.0.5", "10.0.0.5")]
    public void An_address_is_read_with_or_without_a_port(string text, string address)
    {
        Assert.True(AddressRanges.TryRead(text, out var read));
        Assert.Equal(IPAddress.Parse(address), read);
        Assert.False(AddressRanges.TryRead("unknown", out _));
    }

    [Fact]
    public void How_a_probe_came_in_survives_what_strangers_write_into_headers()
    {
        var line = ProbeRoute.Write("41.90.64.9", "127.0.0.1:5000", "1.2.3.4|evil\0, 5.6.7.8", "https");
        var read = ProbeRoute.Read(line);
        Assert.Equal(("41.90.64.9", "127.0.0.1:5000", "https"), (read.Source, read.Peer, read.Scheme));
        Assert.Equal(["1.2.3.4evil", "5.6.7.8"], read.Unbelieved);
        Assert.Equal("", ProbeRoute.Read(null).Source);
    }
}
