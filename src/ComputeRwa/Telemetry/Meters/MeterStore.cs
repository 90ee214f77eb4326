using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry.Meters;

internal static class MeterStore
{
    /// <returns>false when the meter has a reading of that time; it stands.</returns>
    public static async Task<bool> Insert(Tx tx, SiteId site, string meter, MeterReading reading, DateTimeOffset now) => await tx.Execute(
        """
        INSERT INTO site_meter_readings (site_id, meter, at_second, register_wh, received_at) VALUES (@site, @meter, @AtSecond, @RegisterWh, @now)
        ON CONFLICT (site_id, meter, at_second) DO NOTHING
        """,
        new { site, meter, reading.AtSecond, reading.RegisterWh, now }) == 1;

    public static Task<long> Register(Tx tx, SiteId site, string meter, long atSecond) => tx.Single<long>(
        "SELECT register_wh FROM site_meter_readings WHERE site_id = @site AND meter = @meter AND at_second = @atSecond", new { site, meter, atSecond });

    /// <summary>After a time and up to another, oldest first.</summary>
    public static Task<List<MeterReading>> Between(Tx tx, SiteId site, string meter, long after, long to, int limit) => tx.Query<MeterReading>(
        """
        SELECT at_second, register_wh FROM site_meter_readings
        WHERE site_id = @site AND meter = @meter AND at_second > @after AND at_second <= @to ORDER BY at_second LIMIT @limit
        """,
        new { site, meter, after, to, limit });

    /// <summary>
    /// What a meter counted over a time: between its last reading at or before the begin and its first at or after the end. Null when one of them is missing or
    /// further away than <paramref name="slack"/> seconds, or when the register fell between: what it had counted until then is not known.
    /// </summary>
    public static async Task<MeterSpan?> Over(Tx tx, SiteId site, string meter, long from, long to, long slack)
    {
        var first = await tx.First<MeterReading>(
            """
            SELECT at_second, register_wh FROM site_meter_readings
            WHERE site_id = @site AND meter = @meter AND at_second <= @from AND at_second >= @from - @slack ORDER BY at_second DESC LIMIT 1
            """,
            new { site, meter, from, slack });
        var last = await tx.First<MeterReading>(
            """
            SELECT at_second, register_wh FROM site_meter_readings
            WHERE site_id = @site AND meter = @meter AND at_second >= @to AND at_second <= @to + @slack ORDER BY at_second LIMIT 1
            """,
            new { site, meter, to, slack });
        if (first is null || last is null) return null;
        var falls = await tx.Single<long>(
            """
            SELECT COUNT(*) FROM (
                SELECT register_wh - LAG(register_wh) OVER (ORDER BY at_second) AS step FROM site_meter_readings
                WHERE site_id = @site AND meter = @meter AND at_second >= @begin AND at_second <= @end) steps
            WHERE step < 0
            """,
            new { site, meter, begin = first.AtSecond, end = last.AtSecond });
        return falls > 0 ? null : new(first, last);
    }
}
