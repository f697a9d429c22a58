using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Kept.Model;

namespace Kept.Language.Documents;

/// <summary>Reads the text of one field by its form. Null, and told, where it is wrong.</summary>
internal static partial class FieldValues
{
    private const NumberStyles Plain = NumberStyles.AllowDecimalPoint;

    public static Instant? Date(ScalarText text, Problems problems)
    {
        if (Instant.TryParse(text.Text, out var at)) return at;
        problems.Error(Codes.NotADate, text.At, $"`{Short(text)}` is no date", "write a date such as 2027-12-31, or a time such as 2027-12-31T18:00:00Z");
        return null;
    }

    public static int? Whole(ScalarText text, int min, int max, Problems problems)
    {
        if (int.TryParse(text.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max) return number;
        problems.Error(Codes.NotANumber, text.At, $"`{Short(text)}` is no whole number from {min} to {max}", null);
        return null;
    }

    public static decimal? Amount(ScalarText text, Problems problems)
    {
        if (decimal.TryParse(text.Text, Plain, CultureInfo.InvariantCulture, out var number) && number <= 1_000_000_000_000m) return number;
        problems.Error(Codes.NotANumber, text.At, $"`{Short(text)}` is no number", "write digits, with a decimal point where needed");
        return null;
    }

    /// <param name="hundredIsFine">False for confidence: nothing is known with certainty.</param>
    public static decimal? Share(ScalarText text, bool hundredIsFine, Problems problems)
    {
        if (text.Text.EndsWith('%') && decimal.TryParse(text.Text.AsSpan()[..^1], Plain, CultureInfo.InvariantCulture, out var percent) && percent > 0
            && (percent < 100 || hundredIsFine && percent == 100)) return percent / 100;
        problems.Error(Codes.Share, text.At, $"`{Short(text)}` is no share above 0% and {(hundredIsFine ? "up to" : "below")} 100%", "write it with its sign, such as 95%");
        return null;
    }

    public static bool? YesNo(ScalarText text, Problems problems, string code = Codes.NotAChoice)
    {
        switch (text.Text)
        {
            case "yes" or "true":
                return true;
            case "no" or "false":
                return false;
            default:
                problems.Error(code, text.At, $"`{Short(text)}` is neither yes nor no", "write yes or no");
                return null;
        }
    }

    public static string? OneOf(ScalarText text, IReadOnlyList<string> choices, Problems problems, string code = Codes.NotAChoice)
    {
        foreach (var choice in choices)
            if (choice == text.Text)
                return choice;
        problems.Error(code, text.At, $"`{Short(text)}` is none of the choices{problems.Hint(text.Text, choices)}", "write one of: " + string.Join(", ", choices));
        return null;
    }

    public static string? Name(ScalarText text, string of, Problems problems)
    {
        if (PromiseName.IsName(text.Text)) return text.Text;
        problems.Error(Codes.Name, text.At, $"`{Short(text)}` is no name of {of}", NameHelp(text.Text));
        return null;
    }

    public static string NameHelp(string written)
    {
        var mended = new string([.. written.Trim().ToLowerInvariant().Select(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.' ? c : '-')]).Trim('-', '.');
        return "a name has lower-case letters, digits, - and ., and at most 100 characters" + (mended != written && PromiseName.IsName(mended) ? $": `{mended}`" : "");
    }

    /// <summary><c>upload</c> or <c>upload@2</c>; without a line, <paramref name="line"/>.</summary>
    public static PromiseName? LineName(ScalarText text, string agent, int line, Problems problems)
    {
        if (!text.Text.Contains('/', StringComparison.Ordinal) && PromiseName.TryParse(text.Text, agent, out var name)) return name.Line == 0 ? name with { Line = line } : name;
        problems.Error(Codes.Name, text.At, $"`{Short(text)}` is no name of a promise", text.Text.Contains('@', StringComparison.Ordinal)
            ? "write name@line, the line a number from 1 to 9999: image@2" : NameHelp(text.Text));
        return null;
    }

    public static PromiseName? Reference(ScalarText text, string ownAgent, Problems problems)
    {
        if (PromiseName.TryParse(text.Text, ownAgent, out var name)) return name;
        problems.Error(Codes.Name, text.At, $"`{Short(text)}` is no name of a promise", "write agent/promise, or the name alone for an own one: storage/upload, image@2");
        return null;
    }

    public static string? Url(ScalarText text, Problems problems)
    {
        if (Uri.TryCreate(text.Text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0) return text.Text;
        problems.Error(Codes.Address, text.At, $"`{Short(text)}` is no http or https URL", "write it whole: https://example.com/path");
        return null;
    }

    /// <summary>A file in the folder of the house or below it.</summary>
    public static string? FileBeside(ScalarText text, Problems problems)
    {
        if (text.Text.Length is > 0 and <= 500 && !Path.IsPathRooted(text.Text) && !text.Text.Split('/', '\\').Contains("..") && !text.Text.Any(char.IsControl)) return text.Text;
        problems.Error(Codes.OutOfHouse, text.At, $"`{Short(text)}` does not lie in the folder of the house", "copy it there, and write its path from there");
        return null;
    }

    /// <summary>The name of a secret and nothing else; the secret itself is refused.</summary>
    public static string? Secret(ScalarText text, string field, string code, Problems problems)
    {
        var whole = text.Text.StartsWith("${env:", StringComparison.Ordinal) || text.Text.StartsWith("${file:", StringComparison.Ordinal);
        if (whole && text.Text.IndexOf('}', StringComparison.Ordinal) == text.Text.Length - 1 && text.Text.Length > "${file:}".Length - 1) return text.Text;
        // it may be the secret itself, so it is not repeated
        problems.Error(code, text.At, $"`{field}` is to name a secret, and what stands here is none of its names", "write ${env:NAME} or ${file:PATH}: a document is read by many, and kept for long");
        return null;
    }

    /// <summary>What looks can go through: <c>http://[USER:PASSWORD@]HOST:PORT</c>. The user part may hold secrets, so it is never shown.</summary>
    public static string? Proxy(ScalarText text, Problems problems)
    {
        const string scheme = "http://";
        var rest = text.Text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? text.Text[scheme.Length..].TrimEnd('/') : "";
        var at = rest.LastIndexOf('@');
        if (IsHostAndPort(rest[(at + 1)..])) return text.Text;
        var shown = text.Text.LastIndexOf('@') is >= 0 and var end ? "…" + text.Text[end..] : text.Text;
        problems.Error(Codes.Address, text.At, $"`{Yaml.YamlReader.Short(shown)}` is no proxy that looks can go through",
            "write http://HOST:PORT or http://${env:USER}:${env:PASSWORD}@HOST:PORT; the target's own TLS goes through it untouched");
        return null;
    }

    private static bool IsHostAndPort(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535) return false;
        return text[..colon] is ['[', .. var address, ']'] ? address.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(address, out _)
            : IsHostName(text[..colon].TrimEnd('.')) || IPAddress.TryParse(text[..colon], out var four) && four.ToString() == text[..colon];
    }

    public static string? NameServer(ScalarText text, Problems problems)
    {
        if (IPEndPoint.TryParse(text.Text, out var server)) return server.Port == 0 ? new IPEndPoint(server.Address, 53).ToString() : server.ToString();
        problems.Error(Codes.Address, text.At, $"`{Short(text)}` is no address of a name server", "write address and port: 127.0.0.1:53");
        return null;
    }

    /// <summary>A program by its absolute path, exactly as checks name it.</summary>
    public static string? Program(ScalarText text, Problems problems)
    {
        if (AllowedProgram.Read(text.Text) is not null) return text.Text;
        problems.Error(Codes.Address, text.At, $"`{Short(text)}` is no absolute path of a program", "write the whole path without . or .., such as /usr/lib/nagios/plugins/check_disk, and after ` with ` the variables that documents may set: '/opt/plugin with LANG TOKEN'");
        return null;
    }

    /// <summary>Where an RDAP server answers.</summary>
    public static string? Registry(ScalarText text, Problems problems)
    {
        if (Uri.TryCreate(text.Text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Host.Length > 0 && url.Query.Length == 0 && url.UserInfo.Length == 0) return text.Text;
        problems.Error(Codes.Address, text.At, $"`{Short(text)}` is no address of an RDAP server", "write its URL before /domain/, such as https://rdap.dns.be/");
        return null;
    }

    public static string? Domain(ScalarText text, Problems problems)
    {
        var domain = text.Text.TrimEnd('.').ToLowerInvariant();
        if (IPAddress.TryParse(domain, out var address)) return address.ToString();
        if (domain.Contains('/', StringComparison.Ordinal))
        {
            if (IPNetwork.TryParse(domain, out var network)) return network.ToString();
        }
        else if (IsHostName(domain)) return domain;
        problems.Error(Codes.Domain, text.At, $"`{Short(text)}` is no host name, address, network or localhost", text.Text switch
        {
            ['*', '.', .. var rest] => $"a domain includes all names below it: write {rest}",
            var url when url.Contains("://", StringComparison.Ordinal) => "write the host alone, without scheme and path",
            var network when network.Contains('/', StringComparison.Ordinal) => "write a network with no bits set beyond its length: 10.1.0.0/16",
            _ => "such as shop.example, 192.0.2.7, 10.0.0.0/8 or localhost",
        });
        return null;
    }

    private static bool IsHostName(string name)
    {
        if (name.Length is 0 or > 253) return false;
        foreach (var label in name.Split('.'))
        {
            if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-') return false;
            foreach (var c in label)
                if (!char.IsLetterOrDigit(c) && c is not ('-' or '_'))
                    return false;
        }
        // all digits: an address that is none
        return !name.All(c => char.IsAsciiDigit(c) || c == '.');
    }

    /// <summary><c>503 image-later</c>, <c>429 with Retry-After</c>.</summary>
    public static ResponseForm? Response(ScalarText text, SharedTexts texts, Problems problems)
    {
        var words = text.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length > 0 && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 100 and <= 599)
            switch (words.AsSpan(1))
            {
                case []:
                    return texts.Parts.Share(new ResponseForm(status, null, null));
                case ["with", var header] when IsToken(header):
                    return texts.Parts.Share(new ResponseForm(status, null, header));
                case [var name] when name != "with" && IsToken(name):
                    return texts.Parts.Share(new ResponseForm(status, name, null));
                case [var name, "with", var header] when IsToken(name) && IsToken(header):
                    return texts.Parts.Share(new ResponseForm(status, name, header));
            }
        problems.Error(Codes.Response, text.At, $"`{Short(text)}` is no response", "write STATUS [NAME] [with HEADER]: 503 image-later, 429 with Retry-After");
        return null;
    }

    private static bool IsToken(string word) => word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary><c>announced 72h before, up to 4h/30d</c>.</summary>
    public static Maintenance? Maintenance(ScalarText text, SharedTexts texts, Problems problems)
    {
        const string announced = "announced ", before = " before, up to ";
        var middle = text.Text.IndexOf(before, StringComparison.Ordinal);
        var slash = text.Text.LastIndexOf('/');
        if (text.Text.StartsWith(announced, StringComparison.Ordinal) && middle >= announced.Length && slash > middle + before.Length)
        {
            var errors = problems.Errors;
            var lead = ExpressionReader.Duration(text.Slice(announced.Length, middle - announced.Length), problems);
            var upTo = ExpressionReader.Duration(text.Slice(middle + before.Length, slash - middle - before.Length), problems);
            var per = Period(text.Slice(slash + 1, text.Text.Length - slash - 1), problems);
            if (lead is { } a && upTo is { } u && per is { } p)
            {
                if (u > Duration.Zero && u < p && a >= Duration.Zero) return new Maintenance(a, u, p, texts.Share(text.Text));
                problems.Error(Codes.Maintenance, text.At, "maintenance takes more time than there is", "write less than the whole: up to 4h/30d");
                return null;
            }
            if (problems.Errors > errors) return null;
        }
        problems.Error(Codes.Maintenance, text.At, $"`{Short(text)}` does not say what maintenance is excluded", "write: announced 72h before, up to 4h/30d");
        return null;
    }

    /// <summary><c>30d</c>, or a unit alone: <c>week</c>, <c>d</c>.</summary>
    private static Duration? Period(ScalarText text, Problems problems) => text.Text switch
    {
        "s" or "second" => Duration.Seconds(1),
        "m" or "minute" => Duration.Minutes(1),
        "h" or "hour" => Duration.Hours(1),
        "d" or "day" => Duration.Days(1),
        "w" or "week" => Duration.Days(7),
        "month" => Duration.Days(30),
        _ => ExpressionReader.Duration(text, problems),
    };

    /// <summary><c>within 15m</c>.</summary>
    public static Duration? Within(ScalarText text, Problems problems)
    {
        const string within = "within ";
        return ExpressionReader.Duration(text.Text.StartsWith(within, StringComparison.Ordinal) ? text.Slice(within.Length, text.Text.Length - within.Length) : text, problems);
    }

    /// <summary><c>metric NAME at URL</c>, the name with labels or without: <c>NAME{zone="a"}</c>; or <c>looks</c>.</summary>
    public static LoadSource? Load(ScalarText text, Problems problems)
    {
        if (text.Text == LoadSource.Looks.Metric) return LoadSource.Looks;
        if (LoadWords().Match(text.Text) is { Success: true } words && Uri.TryCreate(words.Groups["url"].Value, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https")
            return new LoadSource(words.Groups["metric"].Value, words.Groups["url"].Value);
        problems.Error(Codes.LoadSource, text.At, $"`{Short(text)}` does not say which metric is read where", "write: metric http_requests_per_second at https://example.com/metrics; or looks, for the load that our own looks make");
        return null;
    }

    // No part of it can be read in two ways, so that it takes a time of the text's length.
    [GeneratedRegex("""^ *metric +(?<metric>(?>[A-Za-z0-9_:]+)(?:\{ *(?>[A-Za-z0-9_]+)="(?>(?:[^"\\]|\\.)*)"(?: *, *(?>[A-Za-z0-9_]+)="(?>(?:[^"\\]|\\.)*)")* *\})?) +at +(?<url>[^ ]+) *$""", RegexOptions.CultureInvariant)]
    private static partial Regex LoadWords();

    public static Confirmation? Confirm(ScalarText text, Problems problems)
    {
        if (text.Text == "now") return Confirmation.AtOnce;
        if (text.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var k, "of", var n] && int.TryParse(k, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var of) && count >= 1 && count <= of && of <= 64) return new Confirmation(count, of);
        problems.Error(Codes.Confirm, text.At, $"`{Short(text)}` is no confirmation", "write K of N with K from 1 to N and N up to 64: 2 of 3, or 1 of 1 for at once");
        return null;
    }

    public static string Short(ScalarText text) => Yaml.YamlReader.Short(text.Text);

    public static ImmutableArray<T> Each<T>(IEnumerable<ScalarText> texts, Func<ScalarText, T?> read) where T : class =>
        [.. texts.Select(read).OfType<T>()];
}
