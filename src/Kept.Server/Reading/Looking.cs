using System.Collections.Frozen;
using Kept.Checks;
using Kept.Egress;
using Kept.Language;
using Kept.Model;

namespace Kept.Server;

/// <summary>The looks of all kinds over one dialer that follows the house's settings: a new proxy or a new private root is used from the next look on.</summary>
internal sealed class Looking : IDisposable
{
    private sealed record Dialled(Dialer Dialer, FrozenDictionary<string, Look> Looks, Func<LoadSource, CancellationToken, ValueTask<Quantity?>> ReadLoad, HouseSettings Settings, string Roots);

    private readonly TimeProvider _time;
    private readonly string _houseFolder;
    private readonly List<Dialer> _retired = [];
    private Dialled _now;

    public Looking(string houseFolder, TimeProvider time)
    {
        (_houseFolder, _time) = (houseFolder, time);
        _now = Dial(HouseSettings.Default);
        Looks = _now.Looks.Keys.ToFrozenDictionary(kind => kind, kind => (Look)((request, cancellationToken) => Volatile.Read(ref _now).Looks[kind](request, cancellationToken)));
    }

    /// <summary>The look of each kind; always by the newest settings.</summary>
    public FrozenDictionary<string, Look> Looks { get; }

    /// <summary>Which certificates of the house, and as written when, looks trust now.</summary>
    internal string Roots => Volatile.Read(ref _now).Roots;

    /// <summary>The dialer by the newest settings, for whoever sends.</summary>
    public Dialer Dialer => Volatile.Read(ref _now).Dialer;

    public ValueTask<Quantity?> ReadLoadAsync(LoadSource source, CancellationToken cancellationToken) => Volatile.Read(ref _now).ReadLoad(source, cancellationToken);

    /// <summary>Looks by these settings from now on, and by the certificates as they lie there now. Looks under way end with what they began with.</summary>
    public void Follow(HouseSettings settings)
    {
        if (Same(settings, _now.Settings) && RootsOf(settings) == _now.Roots) return;
        _retired.Add(_now.Dialer);
        Volatile.Write(ref _now, Dial(settings));
    }

    public void Dispose()
    {
        _now.Dialer.Dispose();
        foreach (var dialer in _retired) dialer.Dispose();
    }

    private Dialled Dial(HouseSettings settings)
    {
        var roots = RootsOf(settings); // before they are read: a change in between is taken up with the next house
        var dialer = new Dialer(EgressOptions.From(settings, _houseFolder), _time);
        return new Dialled(dialer, CheckCatalog.Looks(dialer, _time), CheckCatalog.LoadReader(dialer, _time), settings, roots);
    }

    private string RootsOf(HouseSettings settings) => string.Join('\n', settings.TrustedCertificates.Select(file => HouseFolder.StampOf(Path.Combine(_houseFolder, file))));

    private static bool Same(HouseSettings a, HouseSettings b) => a.Proxy == b.Proxy && a.Resolver == b.Resolver && a.TrustedCertificates.AsSpan().SequenceEqual(b.TrustedCertificates.AsSpan())
        && a.Programs.AsSpan().SequenceEqual(b.Programs.AsSpan()) && a.Registries.AsSpan().SequenceEqual(b.Registries.AsSpan());
}
