using System.Net;
using System.Net.Sockets;
using Kept.Model;

namespace Kept.Language.Documents;

/// <summary>Reads what a check says about the addresses behind its name.</summary>
internal sealed partial class CheckReader
{
    private const string AddressesField = "addresses";

    /// <summary>What can never be seen is told where it is written; a figure of several addresses would be one of none.</summary>
    private void JudgeAddresses(Check check, Written written)
    {
        if (check.Setting<FieldValue.Text>(AddressesField)?.Content is not { } which) return;
        if (which == "each" && !check.Measures.IsEmpty)
            _problems.Error(Codes.Addresses, written.PlaceOf("measures"), "each address has a figure of its own, and `measures` takes one from a look", "measure in a second check that looks at any address, or in one for IPv4 and one for IPv6");
        if (which is not ("IPv4" or "IPv6") || !IPAddress.TryParse(check.Target.Host, out var address)) return;
        var own = address.AddressFamily == AddressFamily.InterNetwork || address.IsIPv4MappedToIPv6 ? "IPv4" : "IPv6";
        if (own != which)
            _problems.Error(Codes.Addresses, written.PlaceOf(AddressesField), $"{check.Target.Host} is an address of {own}, so it can have none of {which}", $"name the host, write an address of {which}, or remove `{AddressesField}`");
    }
}
