using Kept.Model;
using Xunit;

namespace Kept.Ledger.Tests.Contract;

/// <summary>Where databases differ among themselves, and stores must not: texts, dates, lengths.</summary>
public abstract partial class LedgerContract
{
    [Fact]
    public async Task A_text_with_the_character_nul_is_refused_in_every_store()
    {
        await RefusedAsync(async () => await _ledger.AppendAsync([Some.Draft(subject: "own/a\0b@1")], default));
        await RefusedAsync(async () => await _ledger.AppendAsync([Some.Draft(kind: "kept.\0")], default));
        await RefusedAsync(async () => await _ledger.SeriesOfAsync([new SeriesKey(default, "http", "he\0re")], default));
        await Assert.ThrowsAsync<ArgumentException>(() => _ledger.BelongToAsync("nor\0th", default).AsTask());
        Assert.Equal(0, _ledger.LastSequence);
    }

    [Fact]
    public async Task Texts_of_any_length_and_alphabet_are_found_again_and_told_apart()
    {
        string[] subjects = ["own/a@1", "own/A@1", "own/a@1 ", new('x', 500), new('x', 501), new('x', 1000), string.Concat(Enumerable.Range(0, 500).Select(i => char.ConvertFromUtf32(0x1F300 + i))), "ä", "a\u0308", "own\\\\0", "'; --", "$1"];
        foreach (var subject in subjects) await _ledger.AppendAsync([Some.Draft(subject: subject, body: "[1]")], default);
        foreach (var subject in subjects) Assert.Equal(subject, Assert.Single(_ledger.Entries(new EntryQuery(Subject: subject, Kind: EntryKinds.Started, NewestFirst: true))).Subject);
        var keys = subjects.Select((subject, i) => new SeriesKey(default, subject, i % 2 == 0 ? "here" : string.Concat(subjects))).ToList();
        Assert.Equal(Enumerable.Range(1, subjects.Length), await _ledger.SeriesOfAsync(keys, default));
    }

    [Fact]
    public async Task Looks_of_any_month_are_sealed_found_and_expire()
    {
        var series = await Some.Series(_ledger);
        var slots = ((string[])["1970-01-01", "1970-01-31T23:59:59.999999", "1999-12-31", "2024-02-29", "2026-01-01", "9999-12-31T23:59:59.999999"]).Select(day => Instant.From(DateTimeOffset.Parse(day + (day.Length > 10 ? "Z" : "T00:00:00Z"), System.Globalization.CultureInfo.InvariantCulture))).ToList();
        foreach (var slot in slots)
        {
            await _ledger.RecordAsync([Some.Look(series, slot, _ledger.Epoch)], [Some.Evidence(series, slot)], default);
            await _ledger.UpkeepAsync(Some.Start, Duration.Days(30_000), default);
        }
        Assert.Equal(slots, _ledger.Looks(series, Instant.Min, Instant.Max).Select(look => look.Slot));
        Assert.Equal(slots[2..4], _ledger.Looks(series, slots[2], slots[4]).Select(look => look.Slot));
        Assert.Equal(slots.Count, _ledger.Days(series, Instant.Min, Instant.Max).Sum(day => day.Good));
        Assert.Empty(_ledger.Verify(default).Problems);
        Assert.Equal(3, (await _ledger.UpkeepAsync(Some.Start, Duration.Days(5000), default)).LooksExpired);
        Assert.Equal(slots[3..], _ledger.Looks(series, Instant.Min, Instant.Max).Select(look => look.Slot));
        Assert.Equal(slots.Count, _ledger.Days(series, Instant.Min, Instant.Max).Sum(day => day.Good));
    }
}
