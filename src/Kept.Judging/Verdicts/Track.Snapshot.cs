namespace Kept.Judging;

/// <summary>A track as bytes.</summary>
internal sealed partial class Track
{
    public void Write(BinaryWriter writer)
    {
        writer.Write(_exactFrom);
        writer.Write7BitEncodedInt(_count);
        foreach (ref readonly var run in Runs)
        {
            writer.Write(run.Start);
            writer.Write7BitEncodedInt64(run.Period);
            writer.Write7BitEncodedInt(run.Length);
            writer.Write7BitEncodedInt64(unchecked((long)run.Mark.Bits));
        }
        writer.Write7BitEncodedInt(_quarters?.Count ?? 0);
        foreach (var quarter in _quarters ?? [])
        {
            if (_holdsShares) writer.Write7BitEncodedInt(quarter.Length);
            foreach (var figure in quarter) writer.Write7BitEncodedInt64(figure);
        }
    }

    /// <summary>False where what is read is no track.</summary>
    public bool Read(BinaryReader reader)
    {
        _exactFrom = reader.ReadInt64();
        var count = reader.Read7BitEncodedInt();
        if (count is < 0 or > MostRuns * 2) return false;
        _runs = new Run[count];
        for (_count = 0; _count < count; _count++)
        {
            var run = new Run(reader.ReadInt64(), reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt(), new Mark(unchecked((ulong)reader.Read7BitEncodedInt64())));
            if (run.Length < 1 || (run.Length > 1 ? run.Period < 1 : run.Period != 0) || (_count > 0 && run.Start <= _runs[_count - 1].End)) return false;
            _runs[_count] = run;
        }
        var quarters = reader.Read7BitEncodedInt();
        if (quarters is < 0 or > 1_000_000) return false;
        _quarters = quarters == 0 ? null : new List<long[]>(quarters);
        for (var i = 0; i < quarters; i++)
        {
            var length = _holdsShares ? reader.Read7BitEncodedInt() : 1 + Width;
            if (_holdsShares && (length is < FirstShare or > 2_000 || length % 2 != FirstShare % 2)) return false;
            var quarter = new long[length];
            for (var figure = 0; figure < quarter.Length; figure++) quarter[figure] = reader.Read7BitEncodedInt64();
            _quarters!.Add(quarter);
        }
        return true;
    }
}
