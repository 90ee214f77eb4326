using System.Data.Common;
using ComputeRwa.Db;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Db;

[Trait("engine", "both")]
public sealed class BulkTests
{
    private sealed record Row(long Id, string? Words, long? Number, byte[]? Bytes);

    private static readonly Bulk<Row> Plain = Into("INSERT INTO bulk_rows");
    private static readonly Bulk<Row> Once = Into("INSERT INTO bulk_rows", "ON CONFLICT (id) DO NOTHING");

    /// <summary>Few rows and many go different ways into PostgreSQL.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(1_000)]
    public async Task Rows_come_out_as_they_went_in(int count)
    {
        await using var scratch = await Table();
        Row[] rows = [
            new(1, "", 0, []), new(2, null, null, null), new(3, new string('€', 40_000), long.MinValue, [0, 255]),
            .. Enumerable.Range(4, count - 3).Select(i => new Row(i, $"a'\"\\,\n\t{{{i}}} Zürich", i % 7 == 0 ? null : i, i % 5 == 0 ? null : [(byte)i])),
        ];
        await scratch.Write(async tx => Assert.Equal(count, await Plain.Insert(tx, rows)));
        var stored = await scratch.Read(tx => tx.Query<Row>("SELECT id, words, number, bytes FROM bulk_rows ORDER BY id"));
        Assert.Equal(rows.Select(Text), stored.Select(Text));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1_000)]
    public async Task A_row_that_is_there_fails_them_all_or_is_left_out(int count)
    {
        await using var scratch = await Table();
        var rows = Enumerable.Range(1, count).Select(i => new Row(i, "new", i, null)).ToList();
        await scratch.Write(tx => Plain.Insert(tx, [new(2, "old", null, null)]));
        await Assert.ThrowsAnyAsync<DbException>(() => scratch.Write(tx => Plain.Insert(tx, rows)));
        Assert.Equal(1, await scratch.Read(tx => tx.Single<long>("SELECT COUNT(*) FROM bulk_rows")));
        await scratch.Write(async tx => Assert.Equal(count - 1, await Once.Insert(tx, rows)));
        Assert.Equal("old", await scratch.Read(tx => tx.Single<string>("SELECT words FROM bulk_rows WHERE id = 2")));
    }

    private static Bulk<Row> Into(string into, string otherwise = "") =>
        new Bulk<Row>(into, otherwise).Number("id", r => r.Id).Text("words", r => r.Words).Number("number", r => r.Number).Bytes("bytes", r => r.Bytes);

    private static async Task<ScratchDatabase> Table()
    {
        var scratch = await ScratchDatabase.Make();
        await scratch.Write(tx => tx.Execute(
            $"CREATE TABLE bulk_rows (id BIGINT PRIMARY KEY, words TEXT, number BIGINT, bytes {(tx.IsPostgres ? "BYTEA" : "BLOB")})"));
        return scratch;
    }

    private static string Text(Row r) => $"{r.Id} {r.Words ?? "none"} {r.Number} {(r.Bytes is null ? "none" : Convert.ToHexString(r.Bytes))}";
}
