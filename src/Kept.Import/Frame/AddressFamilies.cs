using System.Net;
using System.Net.Sockets;
using Kept.Import.Writing;
using Kept.Model;

namespace Kept.Import;

/// <summary>Which of IPv4 and IPv6 a check of another tool asks for, as <c>addresses</c> of ours.</summary>
internal static class AddressFamilies
{
    private const string Field = "addresses";

    /// <summary>The kind dials a name of its target, and can be told by which family.</summary>
    public static bool Takes(CheckKind? kind) => kind?.Field(Field) is not null;

    /// <summary>Writes it; false, and nothing is written, where the kind takes none, or the target is an address, which has its family already.</summary>
    public static bool Want(CheckDraft check, CheckKind? kind, bool isFour)
    {
        // of a target that cannot be read more is told
        if (!Takes(kind) || kind!.ReadTarget(check.Target).Target is null || IsAddress(check, kind)) return false;
        check.Field(Field, isFour ? "IPv4" : "IPv6");
        return true;
    }

    /// <summary>Whether the target is an address and no name.</summary>
    public static bool IsAddress(CheckDraft check, CheckKind? kind) => kind?.ReadTarget(check.Target).Target is { } target && IPAddress.TryParse(target.Host.Trim('[', ']'), out _);

    /// <summary>Whether the target is an address of the other family, which is never reached then.</summary>
    public static bool IsOther(CheckDraft check, CheckKind? kind, bool isFour) =>
        kind?.ReadTarget(check.Target).Target is { } target && IPAddress.TryParse(target.Host.Trim('[', ']'), out var address) && address.AddressFamily == AddressFamily.InterNetwork != isFour;
}
