namespace ComputeRwa.Telemetry;

/// <summary>Columns row by row, as nodes may send them and this program wrote them before version 3; read only.</summary>
internal static class SecondColumnsCodec
{
    public const byte Version = 2;

    /// <param name="columns">filled with what is read</param>
    /// <returns>false when the rows are damaged, too few or too many.</returns>
    public static bool TryRead(ReadOnlySpan<byte> rows, int samples, int[][] columns)
    {
        foreach (var column in columns)
            for (var at = 0; at < column.Length; at += samples)
                if (!RowCodec.TryRead(ref rows, column.AsSpan(at, samples))) return false;
        return rows.IsEmpty;
    }
}
