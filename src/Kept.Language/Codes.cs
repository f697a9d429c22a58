using System.Collections.Immutable;

namespace Kept.Language;

/// <summary>Codes of what is wrong with documents: their form, fields and names (L001–L049, L100 and above). Grammar has L050–L099. A code that was shipped is never used for anything else.</summary>
internal static class Codes
{
    public const string NotYaml = "L001", NotUtf8 = "L002", ControlCharacter = "L003", TooLarge = "L004", TooDeep = "L005", Alias = "L006", Tag = "L007",
        DuplicateKey = "L008", MergeKey = "L009", KeyNotText = "L010", UnknownField = "L011", MissingField = "L012", NoValue = "L013", TextCut = "L014",
        WrongForm = "L015", Name = "L016", LanguageVersion = "L017", AgentTwice = "L018", NotAChoice = "L019", NotADate = "L020", NotANumber = "L021",
        PromiseTwice = "L022", CheckTwice = "L023", CheckKind = "L024", Target = "L025", CheckField = "L026", Rhythm = "L027", Confirm = "L028",
        UnknownPromise = "L029", UsesWish = "L030", NotMeasured = "L031", UnknownCheck = "L032", UnknownQuantity = "L033", Hours = "L034", Zone = "L035",
        UnknownCalendar = "L036", TypeDefinition = "L037", Response = "L038", Maintenance = "L039", LoadSource = "L040", FileRefused = "L041",
        HouseFile = "L042", NotOurs = "L043", Relation = "L044", Domain = "L045", Address = "L046", Share = "L047", NothingToRead = "L048",
        UnknownAgent = "L049", Trust = "L100", WishTwice = "L101", Pooled = "L102", NotAssessed = "L103", StillStands = "L104", Journey = "L110", NotTaken = "L111", Taking = "L112", Needs = "L113", Anchor = "L120", Addresses = "L121",
        Regime = "L125", RegimeEmpty = "L126", RegimeOverlap = "L127", RegimeUnseen = "L128", RegimeAccounting = "L129",
        AlertSlice = "L135", KnownMiss = "L140", CalendarDate = "L151", CalendarSpan = "L152",
        CheckSecret = "L130", OutOfHouse = "L131", FoundSource = "L132", FoundTemplate = "L133", FoundTarget = "L134", SourceLogin = "L147",
        TellWay = "L105", UnknownRoute = "L106", TellAddress = "L107", TellSecret = "L108", TellField = "L109", TellInClear = "L139";
}

/// <summary>A code of the language with what it means.</summary>
/// <param name="Code">Such as <c>L012</c>.</param>
/// <param name="Title">The heading of its page.</param>
/// <param name="Means">One sentence.</param>
public sealed record LanguageCode(string Code, string Title, string Means);

/// <summary>The catalogue of all codes of the language: documents and files (L001–L049 and from L100), expressions (L050–L099); each has a page under docs/errors and a broken example.</summary>
public static class LanguageCodes
{
    public static ImmutableArray<LanguageCode> All { get; } =
    [
        new(Codes.NotYaml, "not YAML", "The text cannot be read as YAML."),
        new(Codes.NotUtf8, "not UTF-8", "The file is not UTF-8 text."),
        new(Codes.ControlCharacter, "a character that no document needs", "The file holds a control character, a zero byte, or a line end that is none."),
        new(Codes.TooLarge, "too large", "A file, a text, or the number of files or documents is beyond what is read."),
        new(Codes.TooDeep, "nested too deeply", "The document nests deeper than 64 levels."),
        new(Codes.Alias, "anchor or alias", "Anchors and aliases are not read: what a document says stands where it says it."),
        new(Codes.Tag, "tag", "YAML tags are not read: each field knows its own type."),
        new(Codes.DuplicateKey, "key written twice", "A key stands twice in one mapping."),
        new(Codes.MergeKey, "merge key", "Merge keys are not read."),
        new(Codes.KeyNotText, "key that is no text", "A list or a mapping stands where a key is due."),
        new(Codes.UnknownField, "unknown field", "The field does not exist here."),
        new(Codes.MissingField, "missing field", "A field that is needed is not written."),
        new(Codes.NoValue, "no value", "The field or item is written without a value."),
        new(Codes.TextCut, "a text cut in pieces", "YAML took one text apart, because it holds a comma, a colon or a bracket and is not quoted."),
        new(Codes.WrongForm, "wrong form", "A list, a mapping or a text stands where another of the three is due."),
        new(Codes.Name, "malformed name", "The name of an agent, promise, check, calendar or quantity is not written as names are."),
        new(Codes.LanguageVersion, "version of the language", "The document does not say a version of the language that is known."),
        new(Codes.AgentTwice, "two documents for one agent", "One document speaks for one agent, and each agent has only one."),
        new(Codes.NotAChoice, "not one of the choices", "The field takes one of a few words, and this is none of them."),
        new(Codes.NotADate, "not a date", "The value is not a date or a time as documents write it."),
        new(Codes.NotANumber, "not a number", "The value is not a number, or not a number in range."),
        new(Codes.PromiseTwice, "promise written twice", "Two promises of one agent have the same name and line."),
        new(Codes.CheckTwice, "two checks of one name", "Two checks of a promise have the same name."),
        new(Codes.CheckKind, "kind of check", "A check names no kind, an unknown kind, or more than one."),
        new(Codes.Target, "malformed target", "The target of a check is not written as its kind needs it."),
        new(Codes.CheckField, "malformed field of a check", "A field of a kind of check has a value it does not take."),
        new(Codes.Rhythm, "rhythm that cannot be kept", "A check looks too often, or may take longer than the time between two looks."),
        new(Codes.Confirm, "malformed confirmation", "`confirm` is not written as a count of a number of looks."),
        new(Codes.UnknownPromise, "undeclared promise", "A promise is referred to that is declared nowhere."),
        new(Codes.UsesWish, "a wish is used", "A promise stands on something that nobody promised."),
        new(Codes.NotMeasured, "quantity that no check measures", "An objective speaks of a quantity that no check of the promise can see."),
        new(Codes.UnknownCheck, "unknown check", "An objective names a check that the promise does not have."),
        new(Codes.UnknownQuantity, "unknown quantity", "A quantity is neither built in nor declared under `types`."),
        new(Codes.Hours, "malformed hours", "The hours of a calendar are not written as days, times and a zone."),
        new(Codes.Zone, "unknown time zone", "The zone is not one of the IANA time zones."),
        new(Codes.UnknownCalendar, "unknown calendar", "A condition names a calendar that the agent does not have."),
        new(Codes.TypeDefinition, "malformed quantity", "A quantity under `types` has no known unit, or takes the name of a built-in one."),
        new(Codes.Response, "malformed response", "`code` or `beyond` is not written as status, name and header."),
        new(Codes.Maintenance, "malformed maintenance", "`maintenance` does not say how long before it is announced and how much of it there may be."),
        new(Codes.LoadSource, "malformed source of load", "`load` does not say which metric is read where."),
        new(Codes.FileRefused, "file that cannot be taken", "A file of the house cannot be read, or leads out of its folder."),
        new(Codes.HouseFile, "misplaced house file", "house.yaml stands once, in the folder of the house."),
        new(Codes.NotOurs, "document of another agent", "The house says which agents are ours, and this document speaks for another."),
        new(Codes.Relation, "relation that says nothing", "An entry of `relies-on` accepts from nobody, or wishes from who promised."),
        new(Codes.Domain, "malformed domain", "A domain is not a host name, an address, a network or localhost."),
        new(Codes.Address, "malformed address", "The value is not a URL or an address as the field needs it."),
        new(Codes.Share, "share out of range", "The value is not a share between nothing and all."),
        new(Codes.NothingToRead, "nothing to read", "There is no document in the house."),
        new(Codes.UnknownAgent, "undeclared agent", "A super agent or a member is named that no document of the house speaks for."),
        new(Codes.Trust, "authorities that cannot be read", "A file that `trust` names is not there, or holds no certificate."),
        new(Codes.WishTwice, "two wishes of one name", "Two agents of the house wish of the same agent under the same name."),
        new(Codes.Pooled, "checks of unlike rhythm counted together", "An objective counts the looks of checks of which one is looked at more than twice as often as another."),
        new(Codes.Anchor, "an anchor that vouches for nothing", "An anchor of the house cannot say whether we ourselves can see."),
        new(Codes.Regime, "malformed regimes", "`regimes` names none, too many, or one by a name that is not free."),
        new(Codes.RegimeEmpty, "regime that no look can enter", "Nothing fulfils the condition of a regime, or those before it take every look."),
        new(Codes.RegimeOverlap, "regimes that overlap", "Looks fulfil the conditions of two regimes, and only their order says which they belong to."),
        new(Codes.RegimeUnseen, "regime that is never known", "What tells the regime of a look is not measured or declared anywhere."),
        new(Codes.RegimeAccounting, "missing looks counted in no regime", "By the accounting looks count that nobody took, and of these nobody knows the regime."),
        new(Codes.NotAssessed, "condition that nobody here assesses", "A condition is an accepted promise of an agent whose document is not in this house."),
        new(Codes.StillStands, "former name that still stands", "`was` names a promise that this document still makes, or that another one claims to have been too."),
        new(Codes.Journey, "steps that lead nowhere", "The steps of a check stand at a kind that has none, are too many, or two have one name."),
        new(Codes.NotTaken, "value that no step took", "A check sends a value that no step before it takes."),
        new(Codes.Taking, "malformed taking", "A step does not say where in its answer a value stands, or calls it by no name."),
        new(Codes.Addresses, "addresses that cannot be looked at so", "A check names addresses that its target cannot have, measures several at once, or names them for one of its steps."),
        new(Codes.Needs, "field without the one it belongs to", "A field of a check is written without another that it says something about."),
        new(Codes.TellWay, "route that leads nowhere", "A route names no way, or more than one."),
        new(Codes.UnknownRoute, "unknown route", "A promise is to be told over a route that the house does not have."),
        new(Codes.TellAddress, "malformed address of a route", "Nothing can be sent where the route leads."),
        new(Codes.TellSecret, "secret of a route", "A webhook has nothing to sign with, or a secret stands in clear in the document."),
        new(Codes.TellField, "field of another kind of route", "A field of a route belongs to another kind of route, or names what cannot be."),
        new(Codes.CheckSecret, "secret of a check", "A secret of a check stands in clear in the document."),
        new(Codes.OutOfHouse, "file outside of the house", "A file that is read beside the documents does not lie in their folder."),
        new(Codes.FoundSource, "source of targets", "What lists targets cannot be read, or is written so that it never could."),
        new(Codes.FoundTemplate, "template of what is found", "A template puts what was found where the language itself is read, or sends it a secret."),
        new(Codes.FoundTarget, "target that is left out", "A target that was found cannot be looked at, or has the name of another."),
        new(Codes.SourceLogin, "login at a source of targets", "A source of targets is shown a secret in clear, two of them, or half of one."),
        new(Codes.KnownMiss, "miss of no known failure", "`misses` names a failure that the kind of the check does not have, the same one twice, or too many."),
        new(Codes.CalendarDate, "malformed date of a calendar", "A date of a calendar does not exist, or lies where nobody plans."),
        new(Codes.CalendarSpan, "dates that hold no time", "What a calendar plans on dates ends before it begins, lasts too long, or is no time at all."),
        .. ExpressionCodes.All,
    ];
}
