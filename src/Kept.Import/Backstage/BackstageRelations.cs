using Kept.Language.Foreign;

namespace Kept.Import.Backstage;

/// <summary>Reads what each entity says of others, and follows every reference; what refers to nothing is told.</summary>
internal sealed class BackstageRelations(BackstageCatalogue catalogue, BackstageLocations locations, Losses losses)
{
    /// <summary>Of the model of the catalogue, beside what is read.</summary>
    private static readonly string[] Forms = ["$text", "$json", "$yaml"];

    public void Read(BackstageEntity entity)
    {
        switch (entity.Name.Kind)
        {
            case "component":
                About(entity, "system");
                if (Reference(entity, "subcomponentOf", "component") is { } parent) Belongs(entity, parent, "subcomponentOf");
                entity.Provides.AddRange(catalogue.FindAll(entity, "providesApis", "api"));
                entity.Consumes.AddRange(catalogue.FindAll(entity, "consumesApis", "api"));
                Depends(entity);
                break;
            case "resource":
                About(entity, "system");
                Depends(entity);
                break;
            case "api":
                About(entity, "system");
                Definition(entity);
                break;
            case "system":
                About(entity, "domain");
                break;
            case "domain":
                About(entity, "domain", "subdomainOf");
                break;
            case "group":
                Profile(entity);
                entity.Type = entity.Spec.Text("type")?.Content;
                Hierarchy(entity, "parent", "children", "members");
                break;
            case "user":
                Profile(entity);
                Hierarchy(entity, "memberOf");
                break;
            case "location":
                locations.Read(entity);
                break;
        }
        entity.Spec.TellUnknown(null, BackstageCatalogue.Ignored);
    }

    private void About(BackstageEntity entity, string whole, string? field = null)
    {
        entity.Type = entity.Spec.Text("type")?.Content;
        if (entity.Name.Kind is "component" or "api")
        {
            entity.Lifecycle = entity.Spec.Text("lifecycle")?.Content;
            if (entity.Lifecycle is "deprecated")
                losses.Changed(entity.Spec.At("lifecycle"), entity.Subject, "it is deprecated there, and here it ends like all others", "say when: until: 2027-12-31, and `notice:` how long before");
        }
        entity.Owner = Reference(entity, "owner", "group", "user");
        if (entity.Owner is null && entity.Spec.Node("owner") is null)
            losses.Lost(entity.At, entity.Subject, "nobody owns it, so nobody answers for it", "owner: group:default/payments");
        if (Reference(entity, field ?? whole, whole) is { } its) Belongs(entity, its, field ?? whole);
    }

    /// <summary>An agent belongs to one whole; the first that it names.</summary>
    private void Belongs(BackstageEntity entity, BackstageEntity whole, string field)
    {
        if (entity.Whole is not null)
            losses.Lost(entity.Spec.At(field), entity.Subject, $"it is a part of `{entity.Whole.Subject}` already, and an agent is a part of one whole", "make one of them a part of the other");
        else if (Above(whole).Contains(entity))
            losses.Lost(entity.Spec.At(field), entity.Subject, $"it would be a part of itself by way of `{whole.Subject}`", "an agent is no part of itself: take one of the steps out");
        else entity.Whole = whole;
    }

    private static IEnumerable<BackstageEntity> Above(BackstageEntity? entity)
    {
        for (; entity is not null; entity = entity.Whole) yield return entity;
    }

    private void Depends(BackstageEntity entity)
    {
        foreach (var other in catalogue.FindAll(entity, "dependsOn", "component", "resource", "api", "system"))
            Depends(entity, other, "dependsOn");
        foreach (var other in catalogue.FindAll(entity, "dependencyOf", "component", "resource"))
            Depends(other, entity, "dependencyOf");
    }

    private void Depends(BackstageEntity from, BackstageEntity on, string field)
    {
        if (from == on) losses.Lost(from.Spec.At(field), from.Subject, "it depends on itself");
        else if (on.Name.Kind == "api")
        {
            if (!from.Consumes.Contains(on)) from.Consumes.Add(on);
        }
        else if (!from.DependsOn.Contains(on)) from.DependsOn.Add(on);
    }

    private BackstageEntity? Reference(BackstageEntity entity, string field, params ReadOnlySpan<string> kinds) =>
        entity.Spec.Text(field) is { } text ? catalogue.Find(text, entity, field, kinds) : null;

    private void Profile(BackstageEntity entity)
    {
        if (entity.Spec.Inner("profile") is not { } profile) return;
        profile.Pass("displayName", "picture");
        var mail = profile.Text("email");
        profile.TellUnknown(null, BackstageCatalogue.Ignored);
        if (mail is null) return;
        if (mail.Content.Length <= 200 && System.Net.Mail.MailAddress.TryCreate(mail.Content, out var address) && address.Address == mail.Content && Uri.TryCreate("mailto:" + mail.Content, UriKind.Absolute, out _)) entity.Mail = mail.Content;
        else losses.Lost(mail.At, entity.Subject, $"`{Losses.Short(mail.Content)}` is no address of mail");
    }

    /// <summary>Who belongs to whom among people is theirs to say; a dangling name is told all the same.</summary>
    private void Hierarchy(BackstageEntity entity, params string[] fields)
    {
        foreach (var field in fields)
        {
            var node = entity.Spec.Node(field);
            if (node is ForeignNode.Text text) catalogue.Find(text, entity, field, "group");
            else if (node is not null) _ = catalogue.FindAll(entity, field, field == "members" ? "user" : "group").Count();
            if (node is not null and not ForeignNode.List { Items.IsEmpty: true })
                losses.Lost(entity.Spec.At(field), entity.Subject, $"`{field}` is not carried: who belongs to a team is for its people to say");
        }
    }

    /// <summary>The words of an interface are not terms: what it promises is not in them.</summary>
    private void Definition(BackstageEntity entity)
    {
        if (entity.Spec.Node("definition") is not { } definition || definition is ForeignNode.Text { Content: "" }) return;
        var elsewhere = definition is ForeignNode.Map map && map.Entries.Any(entry => Forms.Contains(entry.Key.Content));
        losses.Lost(entity.Spec.At("definition"), entity.Subject, elsewhere ? "the definition stands elsewhere and is not read" : "the definition is not carried: it says how to ask, and not what is promised",
            "name it as `docs:`, and write down what holds: keeps: [ availability >= 99.9% over 30d ]");
    }
}
