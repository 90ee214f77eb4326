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
}
