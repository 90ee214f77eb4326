using System.Globalization;
using System.Text;
using ComputeRwa.Kernel;
using Nethereum.RPC.Eth.DTOs;

namespace ComputeRwa.Chain;

/// <summary>A call that takes many commands of one kind: a bad one is skipped and reported by an event, the others go through.</summary>
/// <param name="Kind">of the commands, each a call of <c>To</c> whose only argument is a struct of dynamic size</param>
/// <param name="Selector">0x and 4 bytes: the call whose only argument is an array of that struct</param>
/// <param name="ItemGas">what one command takes of the call, generously; a pack that runs short reverts as a whole, and its commands go by themselves</param>
/// <param name="SpareGas">what the contract must have left before each command</param>
/// <param name="Skipped">a log's command, by its place in the pack, and the data it reverted with; null for any other log</param>
internal sealed record PackKind(string Kind, Address To, string Selector, long ItemGas, long SpareGas, Func<FilterLog, (long Place, string Reason)?> Skipped);

/// <summary>One transaction to be: a command by itself, or the commands of a pack in the order of their places.</summary>
internal sealed record Shipment(IReadOnlyList<OutboxRow> Rows, PackKind? Pack)
{
    public Address To => Rows[0].ToAddress;

    public string CallData => Pack is null ? Rows[0].Calldata : Packing.CallData(Pack, Rows);

    public long GasLimit => Pack is null ? Rows[0].GasLimit : Packing.GasOf(Pack, Rows.Count);
}

/// <summary>Which commands travel together. Nothing here knows a clock, a node or a table.</summary>
internal static class Packing
{
    private const long BaseGas = 60_000;
    private const int WordDigits = 64;
    private static readonly int Head = "0x".Length + 8;

    public static long GasOf(PackKind pack, int commands) => BaseGas + commands * pack.ItemGas + pack.SpareGas;

    /// <summary>
    /// Packs of up to <paramref name="mostGas"/>, and the rest by themselves. A pack takes the place of its first command, so it takes only commands
    /// that are their subject's only one here: none overtakes another of its subject.
    /// </summary>
    /// <param name="rows">in the order in which they would be sent one by one</param>
    public static List<Shipment> Of(IReadOnlyList<OutboxRow> rows, IReadOnlyList<PackKind> kinds, long mostGas)
    {
        var only = rows.GroupBy(r => r.Subject).Where(g => g.Count() == 1).Select(g => g.Key).ToHashSet();
        var places = new List<(List<OutboxRow> Rows, PackKind? Pack)>();
        var open = new Dictionary<PackKind, List<OutboxRow>>();
        foreach (var row in rows)
        {
            var pack = row.Alone == 0 && only.Contains(row.Subject) ? kinds.FirstOrDefault(k => k.Kind == row.Kind && k.To == row.ToAddress && IsOneStruct(row.Calldata)) : null;
            if (pack is not null && open.TryGetValue(pack, out var started) && GasOf(pack, started.Count + 1) <= mostGas)
            {
                started.Add(row);
                continue;
            }
            places.Add(([row], pack));
            if (pack is not null) open[pack] = places[^1].Rows;
        }
        return places.ConvertAll(p => new Shipment(p.Rows, p.Rows.Count > 1 ? p.Pack : null));
    }

    /// <summary>A call's argument of dynamic size begins with where it lies: right behind that word.</summary>
    private static bool IsOneStruct(string callData) => callData.Length > Head + WordDigits && callData.Length % WordDigits == Head
        && callData.AsSpan(Head, WordDigits).SequenceEqual(Word(32));

    /// <summary>The array's length, where each item lies as counted from behind that length, and the items as the commands have them.</summary>
    public static string CallData(PackKind pack, IReadOnlyList<OutboxRow> rows)
    {
        var text = new StringBuilder(pack.Selector).Append(Word(32)).Append(Word(rows.Count));
        long at = rows.Count * 32;
        foreach (var row in rows)
        {
            text.Append(Word(at));
            at += (row.Calldata.Length - Head - WordDigits) / 2;
        }
        foreach (var row in rows) text.Append(row.Calldata.AsSpan(Head + WordDigits));
        return text.ToString();
    }

    private static string Word(long value) => value.ToString("x64", CultureInfo.InvariantCulture);
}
