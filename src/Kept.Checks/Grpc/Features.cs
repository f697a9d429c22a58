namespace Kept.Checks.Grpc;

/// <summary>What a syntax or an edition says of fields and enums, where they do not say otherwise themselves (https://protobuf.dev/editions/features/).</summary>
internal readonly record struct Features(bool IsImplicit, bool IsRequired, bool IsClosed, bool IsPacked, bool DemandsUtf8, bool IsDelimited)
{
    public static readonly Features Proto2 = new(false, false, true, false, false, false);
    public static readonly Features Proto3 = new(true, false, false, true, true, false);
    /// <summary>Of the editions 2023 and 2024.</summary>
    public static readonly Features Editions = new(false, false, false, true, true, false);

    /// <summary>With what a <c>FeatureSet</c> says.</summary>
    public Features With(ReadOnlySpan<byte> set)
    {
        var result = this;
        for (var reader = new ProtoReader(set); !reader.IsAtEnd;)
        {
            var (field, form) = reader.Tag();
            if (form != WireForm.Varint)
            {
                reader.Skip(field, form);
                continue;
            }
            var value = reader.Varint();
            result = (field, value) switch
            {
                (1, 1 or 2 or 3) => result with { IsImplicit = value == 2, IsRequired = value == 3 },
                (2, 1 or 2) => result with { IsClosed = value == 2 },
                (3, 1 or 2) => result with { IsPacked = value == 1 },
                (4, 2 or 3) => result with { DemandsUtf8 = value == 2 },
                (5, 1 or 2) => result with { IsDelimited = value == 2 },
                _ => result,
            };
        }
        return result;
    }

    /// <summary>With the features among options: they stand in another field in the options of each thing.</summary>
    public Features WithOptions(ReadOnlySpan<byte> options, int place)
    {
        var result = this;
        for (var reader = new ProtoReader(options); !reader.IsAtEnd;)
        {
            var (field, form) = reader.Tag();
            if (field == place && form == WireForm.Counted) result = result.With(reader.Counted());
            else reader.Skip(field, form);
        }
        return result;
    }
}
