using System.Net;
using System.Net.Sockets;
using Kept.Import.Writing;
using Kept.Model;

namespace Kept.Import;

/// <summary>Which of IPv4 and IPv6 a check of another tool asks for, as <c>addresses</c> of ours.</summary>
internal static class AddressFamilies
{
    private const string Field = "addresses";

    /// <summary>Writes it where the kind takes it. False: the kind dials no name of its target.</summary>
    public static bool Want(CheckDraft check, CheckKind? kind, bool isFour)
    {
        if (kind?.Field(Field) is null) return false;
        // an address has its family already, and of a target that cannot be read more is told
        if (kind.ReadTarget(check.Target).Target is { } target && !IPAddress.TryParse(target.Host.Trim('[', ']'), out _)) check.Field(Field, isFour ? "IPv4" : "IPv6");
        return true;
    }

    /// <summary>Whether the target is an address of the other family, which is never reached then.</summary>
    public static bool IsOther(CheckDraft check, CheckKind? kind, bool isFour) =>
        kind?.ReadTarget(check.Target).Target is { } target && IPAddress.TryParse(target.Host.Trim('[', ']'), out var address) && address.AddressFamily == AddressFamily.InterNetwork != isFour;
}
