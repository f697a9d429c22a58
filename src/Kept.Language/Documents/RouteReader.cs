using System.Collections.Immutable;
using System.Globalization;
using Kept.Model;

namespace Kept.Language.Documents;

/// <summary>Reads the routes of a house, and which of them a promise chooses.</summary>
internal sealed class RouteReader(Reading reading)
{
    private const int MostRoutes = 50, MostReceivers = 50;

    private static readonly string[] Ways = ["webhook", "mail", "ntfy"];

    /// <summary>Fields that belong to one way alone.</summary>
    private static readonly (string Field, string Way)[] Belonging =
        [("secret", "webhook"), ("smtp", "mail"), ("from", "mail"), ("user", "mail"), ("password", "mail"), ("token", "ntfy"), ("unencrypted", "ntfy")];

    private readonly Problems _problems = reading.Problems;

    /// <summary>The routes a promise names; default where it names none. What others wrote chooses nothing: whom we tell is ours to say.</summary>
    public static ImmutableArray<string> Chosen(Written written, Reading reading)
    {
        if (reading.Origin != DocumentOrigin.Ours || !written.Has("tell")) return default;
        var names = FieldValues.Each(written.Texts("tell"), text => FieldValues.Name(text, "a route", reading.Problems));
        return names is [TellRoute.Nobody] ? [] : names;
    }

    /// <summary>Every route that a promise names must be there: where no <c>house.yaml</c> was read nobody knows, so that is a warning.</summary>
    public static void CheckChosen(IEnumerable<Agent> agents, HouseFile house, Problems problems)
    {
        var names = house.Settings.Routes.Select(route => route.Name).ToList();
        foreach (var agent in agents)
        {
            var told = new HashSet<string>(StringComparer.Ordinal);
            foreach (var promise in agent.Promises.Concat(agent.ReliesOn.SelectMany(reliance => reliance.Wishes)))
                foreach (var name in promise.Tell.IsDefault ? [] : promise.Tell)
                {
                    if (names.Contains(name) || !told.Add(name)) continue;
                    problems.About = house.IsWritten ? promise.Name : null;
                    var help = names.Count > 0 ? "its routes are " + string.Join(", ", names.Take(12)) : $"write it in house.yaml: `tell: {{ {name}: {{ ntfy: 'https://ntfy.example/topic' }} }}`";
                    if (house.IsWritten) problems.Error(Codes.UnknownRoute, promise.PlaceOf("tell"), $"the house has no route `{name}`{problems.Hint(name, names)}", name == TellRoute.Nobody ? "`nobody` stands alone" : help);
                    else problems.Warning(Codes.UnknownRoute, promise.PlaceOf("tell"), $"no house.yaml was read, so there is no route `{name}`, and nobody is told", help);
                    problems.About = null;
                }
        }
    }

    public ImmutableArray<TellRoute> Read(Written house)
    {
        var routes = ImmutableArray.CreateBuilder<TellRoute>();
        foreach (var (key, value) in house.Pairs("tell"))
        {
            if (routes.Count == MostRoutes)
            {
                _problems.Error(Codes.TooLarge, key.At, $"a house has at most {MostRoutes} routes", "one route may reach many: let it lead to a topic or a list");
                break;
            }
            if (FieldValues.Name(key.Content, "a route", _problems) is not { } name) continue;
            if (name == TellRoute.Nobody) _problems.Error(Codes.Name, key.At, "`nobody` is no name of a route: in a promise it means that nobody is told", "take another name");
            else if (Written.Of(DocumentTables.Route, value, reading, key.At) is { } written && Route(name, written) is { } route) routes.Add(route);
        }
        return routes.ToImmutable();
    }

    private TellRoute? Route(string name, Written written)
    {
        var ways = Ways.Where(written.Has).ToList();
        if (ways is not [var way])
        {
            _problems.Error(Codes.TellWay, written.At, ways.Count == 0 ? $"the route `{name}` names no way" : $"the route `{name}` names {ways.Count} ways: {string.Join(", ", ways)}",
                ways.Count == 0 ? "write one of webhook, mail and ntfy" : "a route is one way: write a route for each, and name them all under `tell`");
            return null;
        }
        foreach (var (field, belongs) in Belonging)
            if (belongs != way && written.Has(field))
                _problems.Error(Codes.TellField, written.PlaceOf(field), $"`{field}` belongs to a route of the kind {belongs}, and this is one of the kind {way}", "take it away");
        var usual = new TellRoute("", default, "");
        var route = way switch { "webhook" => Webhook(name, written), "mail" => Mail(name, written), _ => Ntfy(name, written) };
        var when = When(written);
        var unknownAfter = written.Scalar("unknown-after") is { } after ? ExpressionReader.Duration(after, _problems) : null;
        var canary = written.Scalar("canary") is { } rhythm ? Canary(rhythm) : null;
        return route is null ? null : route with
        {
            When = when,
            IsUsual = written.Scalar("usual") is not { } text || (FieldValues.YesNo(text, _problems) ?? true),
            UnknownAfter = unknownAfter ?? usual.UnknownAfter,
            Canary = canary ?? usual.Canary,
            At = written.At,
        };
    }

    private TellRoute? Webhook(string name, Written written)
    {
        var address = written.Scalar("webhook") is { } url ? FieldValues.Url(url, _problems) : null;
        if (!written.Has("secret"))
            _problems.Error(Codes.TellSecret, written.At, $"the webhook `{name}` has no `secret`, so its receiver could not tell our messages from anybody's", "write `secret: '${env:NAME}'`, and set the variable to whsec_ and at least 24 random bytes in Base64");
        var secret = Secret(written, "secret");
        return address is null || secret is null ? null : new TellRoute(name, RouteKind.Webhook, address) { Secret = secret };
    }

    private TellRoute? Ntfy(string name, Written written)
    {
        var secret = Secret(written, "token");
        if (written.Scalar("ntfy") is not { } url || FieldValues.Url(url, _problems) is not { } address) return null;
        HoldInClear(name, written, address);
        var parts = new Uri(address).AbsolutePath.Trim('/').Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length > 0) return new TellRoute(name, RouteKind.Ntfy, address) { Secret = secret };
        _problems.Error(Codes.TellAddress, url.At, $"`{FieldValues.Short(url)}` names no topic", "write the topic after the server: https://ntfy.example/our-topic");
        return null;
    }

    /// <summary>Over plain http the token is readable for all on the way; only whoever writes the route can say that nobody is there.</summary>
    private void HoldInClear(string name, Written written, string address)
    {
        var isAllowed = written.Scalar("unencrypted") is { } allowed && FieldValues.YesNo(allowed, _problems) == true;
        if (isAllowed || !written.Has("token") || new Uri(address) is not { Scheme: "http", IsLoopback: false }) return;
        _problems.Error(Codes.TellInClear, written.PlaceOf("ntfy"), $"the route `{name}` sends its token over plain http, where everybody on the way can read it", "write https://; where nobody is on the way, say so: `unencrypted: yes`");
    }

    private TellRoute? Mail(string name, Written written)
    {
        var to = FieldValues.Each(written.Texts("mail"), Mailbox);
        if (to.Length > MostReceivers) _problems.Error(Codes.TooLarge, written.PlaceOf("mail"), $"a route reaches at most {MostReceivers} addresses", "write the address of a list");
        foreach (var field in (string[])["smtp", "from"])
            if (!written.Has(field))
                _problems.Error(Codes.MissingField, written.At, $"mail needs `{field}`", field == "smtp" ? "write `smtp: smtp://mail.example:587`" : "write `from: kept@our.example`");
        var server = written.Scalar("smtp") is { } smtp ? Server(smtp) : null;
        var from = written.Scalar("from") is { } sender ? Mailbox(sender) : null;
        if (written.Has("user") != written.Has("password"))
            _problems.Error(Codes.TellSecret, written.At, $"the mail route `{name}` has {(written.Has("user") ? "a user and no password" : "a password and no user")}", "write both, or neither");
        var password = Secret(written, "password");
        return server is null || from is null || to.IsEmpty ? null
            : new TellRoute(name, RouteKind.Mail, server) { To = to, From = from, User = written.Text("user"), Secret = password };
    }

    /// <summary>An address alone, in letters that a header takes as they are: no name, no comment, no line break.</summary>
    private string? Mailbox(ScalarText text)
    {
        var at = text.Text.LastIndexOf('@');
        var local = at > 0 ? text.Text[..at] : "";
        var isLocal = local.Length is > 0 and <= 64 && local.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-/=?^_`{|}~.".Contains(c, StringComparison.Ordinal)) && local[0] != '.' && local[^1] != '.';
        if (isLocal && Uri.CheckHostName(text.Text[(at + 1)..]) == UriHostNameType.Dns && text.Text.Length <= 254) return text.Text;
        _problems.Error(Codes.TellAddress, text.At, $"`{FieldValues.Short(text)}` is no address of mail", "write it alone, such as oncall@our.example");
        return null;
    }

    private string? Server(ScalarText text)
    {
        if (Uri.TryCreate(text.Text, UriKind.Absolute, out var url) && url.Scheme is "smtp" or "smtps" && url.Host.Length > 0 && url.UserInfo.Length == 0 && url.AbsolutePath is "/" or "")
            return url.Port > 0 ? text.Text.TrimEnd('/') : text.Text.TrimEnd('/') + (url.Scheme == "smtps" ? ":465" : ":587");
        _problems.Error(Codes.TellAddress, text.At, $"`{Yaml.YamlReader.Short(text.Text.LastIndexOf('@') is >= 0 and var end ? "…" + text.Text[end..] : text.Text)}` is no address of a mail server", "write smtp://HOST:587, or smtps://HOST:465; user and password have fields of their own");
        return null;
    }

    private string? Secret(Written written, string field) => written.Scalar(field) is { } text ? FieldValues.Secret(text, field, Codes.TellSecret, _problems) : null;

    private Tidings When(Written written)
    {
        if (!written.Has("when")) return Tidings.All;
        var when = Tidings.None;
        foreach (var text in written.Texts("when")) when |= TidingsWords.Of(FieldValues.OneOf(text, TidingsWords.All, _problems));
        return when;
    }

    private Duration? Canary(ScalarText text)
    {
        if (text.Text is "no" or "false") return Duration.Zero;
        if (ExpressionReader.Duration(text, _problems) is not { } length) return null;
        if (length >= Duration.Hours(1) && length <= Duration.Days(366)) return length;
        _problems.Error(Codes.TellField, text.At, string.Create(CultureInfo.InvariantCulture, $"a canary every {length} is {(length < Duration.Hours(1) ? "noise" : "no proof")}"), "write a length of time from 1h to 366d, or no");
        return null;
    }
}
