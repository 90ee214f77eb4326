using System.Numerics;
using ComputeRwa.Kernel;
using ComputeRwa.Tests.Support;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;
using Nethereum.Hex.HexConvertors.Extensions;

namespace ComputeRwa.Tests.Verify;

/// <summary>Changes what a contract has stored, behind its back. Slots are found by what is in them, so no layout is written down here.</summary>
internal static class Storage
{
    private const int MostSlots = 64;

    public static byte[] Word(string address) => [.. new byte[12], .. address.HexToByteArray()];

    public static byte[] Word(BigInteger value) => Hash32.Of(value).ToBytes();

    /// <summary>Gives one key of a mapping a value that another key of it already has.</summary>
    public static async Task SetMapped(HardhatNode node, string contract, byte[][] keys, byte[] like, BigInteger value)
    {
        var mapping = await Mapping(node, contract, [like], value);
        await Set(node, contract, Slot(mapping, keys), value);
    }

    /// <summary>Replaces the value under some keys of a nested mapping.</summary>
    public static async Task Replace(HardhatNode node, string contract, byte[][] keys, BigInteger before, BigInteger after) =>
        await Set(node, contract, Slot(await Mapping(node, contract, keys, before), keys), after);

    private static async Task<int> Mapping(HardhatNode node, string contract, byte[][] keys, BigInteger value)
    {
        for (var slot = 0; slot < MostSlots; slot++)
            if (await node.Rpc.SendRequestAsync<string>("eth_getStorageAt", null, contract, Slot(slot, keys).ToHex(true), "latest") == Word(value).ToHex(true)) return slot;
        throw new InvalidOperationException($"No mapping of {contract} has {value} under these keys.");
    }

    /// <summary>keccak256(key ‖ slot), for each key in turn.</summary>
    private static byte[] Slot(int mapping, byte[][] keys) => keys.Aggregate(Word(mapping), (slot, key) => Keccak.Of([.. key, .. slot]));

    private static Task Set(HardhatNode node, string contract, byte[] slot, BigInteger value) =>
        node.Rpc.SendRequestAsync<bool>("hardhat_setStorageAt", null, contract, slot.ToHex(true), Word(value).ToHex(true));

    /// <summary>A call of LeaseClaims.settle, which only the ledger may make.</summary>
    public static string Settle(Hash32 lease, BigInteger epoch, BigInteger rent) =>
        new SettleFunction { Items = [new() { LeaseId = lease.ToInteger(), Epoch = (uint)epoch, Rent = rent }] }.GetCallData().ToHex(true);

    [Function("settle")]
    private sealed class SettleFunction : FunctionMessage
    {
        [Parameter("tuple[]", "items", 1, "Settlement")] public List<SettlementDto> Items { get; set; } = [];
    }

    [Struct("Settlement")]
    private sealed class SettlementDto
    {
        [Parameter("uint256", "leaseId", 1)] public BigInteger LeaseId { get; set; }
        [Parameter("uint32", "epoch", 2)] public uint Epoch { get; set; }
        [Parameter("uint96", "rent", 3)] public BigInteger Rent { get; set; }
    }
}
