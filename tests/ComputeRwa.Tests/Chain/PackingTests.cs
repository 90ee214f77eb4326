using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;
using ComputeRwa.Tests.Support;
using Nethereum.Contracts;
using Nethereum.Hex.HexConvertors.Extensions;

namespace ComputeRwa.Tests.Chain;

public sealed class PackingTests
{
    private static readonly Address Book = Address.Parse("0x00000000000000000000000000000000000000b0");
    private static readonly string OneStruct = "0x11223344" + 32.ToString("x64") + new string('0', 64);
    private static readonly PackKind Kind = new("originate", Book, "0xaabbccdd", ItemGas: 100, SpareGas: 40, _ => null);
    private static readonly PackKind Elsewhere = Kind with { To = Address.Parse("0x00000000000000000000000000000000000000b1") };

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(17)]
    public void Call_data_is_what_the_batch_call_encodes_of_the_same_structs(int count)
    {
        var originator = new Originator(Contracts());
        var rows = Enumerable.Range(1, count).Select(i => Row(i, $"lease-{i}") with { Calldata = originator.Command(i).CallData }).ToList();
        var pack = Kind with { Selector = AbiSignature.Selector(typeof(LeaseBook.OriginateBatch)) };
        var encoded = new LeaseBook.OriginateBatch { Items = [.. Enumerable.Range(1, count).Select(i => originator.Dto(i))] }.GetCallData().ToHex(true);
        Assert.Equal(encoded, Packing.CallData(pack, rows));
    }

    [Fact]
    public void Nothing_is_packed_without_gas_for_it()
    {
        var rows = Enumerable.Range(1, 5).Select(i => Row(i, $"{i}")).ToList();
        Assert.All(Packing.Of(rows, [Kind], 0), s => Assert.Null(s.Pack));
        Assert.Equal(5, Packing.Of(rows, [Kind], Packing.GasOf(Kind, 2) - 1).Count);
        Assert.Equal([2, 2, 1], Packing.Of(rows, [Kind], Packing.GasOf(Kind, 2)).Select(s => s.Rows.Count));
    }

    [Fact]
    public void A_command_that_may_not_share_goes_by_itself()
    {
        OutboxRow[] apart =
        [
            Row(2, "x") with { Alone = 1 }, Row(3, "y") with { Kind = "fund" }, Row(4, "z") with { ToAddress = Elsewhere.To },
            Row(5, "twice"), Row(6, "twice"), Row(7, "short") with { Calldata = "0x11223344" }, Row(8, "flat") with { Calldata = "0x11223344" + 64.ToString("x64") + new string('0', 64) },
        ];
        var shipments = Packing.Of([Row(1, "a"), .. apart, Row(9, "b")], [Kind], 1_000_000);
        Assert.Equal([[1, 9], [2], [3], [4], [5], [6], [7], [8]], shipments.Select(s => s.Rows.Select(r => r.Seq).ToArray()));
        Assert.Equal(Kind, shipments[0].Pack);
        Assert.All(shipments.Skip(1), s => Assert.Null(s.Pack));
    }

    [Fact]
    public void Whatever_is_queued_each_command_travels_once_within_the_gas_and_none_overtakes_its_subject()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var rows = Enumerable.Range(1, random.Next(1, 60)).Select(i => Row(i, $"{random.Next(40)}") with
            {
                Kind = random.Next(3) == 0 ? "fund" : "originate",
                Alone = random.Next(8) == 0 ? 1 : 0,
                ToAddress = random.Next(3) == 0 ? Elsewhere.To : Book,
            }).ToList();
            var most = random.Next(3) == 0 ? 0 : Packing.GasOf(Kind, random.Next(1, 20));
            var shipments = Packing.Of(rows, [Kind, Elsewhere], most);
            var sent = shipments.SelectMany(s => s.Rows).ToList();
            Assert.Equal(rows.Select(r => r.Seq), sent.Select(r => r.Seq).Order());
            Assert.All(shipments.Where(s => s.Pack is not null), s =>
            {
                Assert.InRange(s.GasLimit, 0, most);
                Assert.All(s.Rows, r => Assert.Equal((s.Pack!.Kind, s.Pack.To, 0L), (r.Kind, r.ToAddress, r.Alone)));
            });
            foreach (var subject in sent.GroupBy(r => r.Subject)) Assert.Equal(subject.Select(r => r.Seq).Order(), subject.Select(r => r.Seq));
        }
    }

    private static Deployment Contracts()
    {
        string[] at = [.. Enumerable.Range(0xb0, 8).Select(i => $"0x{i:x40}")];
        return new(31337, 1, 86_400, 3_600, "1", "1", 7, Hash32.Zero.Value, new(at[0], at[1], at[2], at[3], at[4], at[5], at[6], at[7]), [], 1, at[0], at[0]);
    }

    private static OutboxRow Row(long seq, string subject) => new(
        seq, TransactionId.From($"tx_{seq:x32}"), "originate", subject, Book, OneStruct, 500_000, TransactionState.Queued, null, null, null, null, 0, null, null, null, null,
        default, default, null, 0);
}
