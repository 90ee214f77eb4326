using System.Numerics;
using System.Text.Json;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using ComputeRwa.Tests.Support;
using Nethereum.JsonRpc.Client;

namespace ComputeRwa.Tests.Leases;

/// <summary>What RentMath.sol answers: its struct Rent, word by word.</summary>
internal sealed record EvmRent(BigInteger Gross, BigInteger SlaCredit, BigInteger Efficiency, BigInteger CurtailmentCredit, BigInteger Net, BigInteger Available);

/// <summary>contracts/mocks/RentMathHarness.sol on a node. It is encoded by hand, so that no codec of ours stands between the two sides.</summary>
internal sealed class RentHarness(IClient rpc, string address)
{
    private const int TermsWords = 31;
    private const int RecordWords = 16;
    private const int LeafWords = 10;
    private const int RentWords = 6;
    public const string Terms = "(address,address,address,bytes32,bytes32,uint32,bytes32,uint32,uint32,uint8,uint96,uint96,uint96,uint32,uint16,uint16,uint16,uint16,uint64,uint16,uint16,uint16,uint16,uint16,uint16,uint32,uint16,uint96,uint64,uint16,bytes32)";
    private const string Record = "(uint256,uint32,uint64,uint64,uint64,uint64,uint16,uint64,uint64,uint64,uint96,uint32,uint96,bytes32,bytes32,uint8)";
    public const string Leaf = "(uint256,uint32,uint96,uint64,uint256,uint64,uint64,uint64,uint64,bytes32)";

    public static async Task<RentHarness> Deploy(HardhatNode node)
    {
        var artifact = Path.Combine(Repository.Root, "artifacts", "contracts", "contracts", "mocks", "RentMathHarness.sol", "RentMathHarness.json");
        Assert.True(File.Exists(artifact), $"{artifact} is missing. Compile the contracts: npx hardhat build --no-tests (scripts/test.sh does).");
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(artifact));
        var accounts = await node.Rpc.SendRequestAsync<string[]>("eth_accounts");
        var hash = await node.Rpc.SendRequestAsync<string>("eth_sendTransaction", null,
            new { from = accounts[0], data = json.RootElement.GetProperty("bytecode").GetString(), gas = "0x900000" });
        var receipt = await node.Rpc.SendRequestAsync<Nethereum.RPC.Eth.DTOs.TransactionReceipt>("eth_getTransactionReceipt", null, hash);
        return new(node.Rpc, receipt.ContractAddress!);
    }

    public async Task<List<EvmRent>> Compute(IReadOnlyList<RentCase> cases, long epochSeconds)
    {
        var answer = await Call($"compute({Terms}[],{Record}[],uint256)", epochSeconds, Many(cases, Encode), Many(cases, c => c.Record.Encode()));
        return [.. Items(answer, RentWords).Select(w => new EvmRent(Unsigned(w, 0), Unsigned(w, 1), Signed(w, 2), Unsigned(w, 3), Unsigned(w, 4), Unsigned(w, 5)))];
    }

    /// <summary>Encoded leaves.</summary>
    public async Task<List<byte[]>> NextLeaves(IReadOnlyList<RentCase> cases, long epochSeconds) => [.. Items(await Call(
        $"nextLeaves({Terms}[],{Leaf}[],{Record}[],uint256)", epochSeconds,
        Many(cases, Encode), Many(cases, c => c.Previous.Encode()), Many(cases, c => c.Record.Encode())), LeafWords)];

    public async Task<BigInteger> CapPerEpoch(RentCase one) => Unsigned(await Send(
        [.. Selector($"capPerEpoch({Terms},uint256)"), .. Encode(one), .. Hex.Word(one.EpochSeconds)]), 0);

    /// <summary>What an epoch costs whatever is used, base units.</summary>
    public async Task<BigInteger> Minimum(RentCase one) => Unsigned(await Send(
        [.. Selector($"minimum({Terms},uint256)"), .. Encode(one), .. Hex.Word(one.EpochSeconds)]), 0);

    public static byte[] Encode(RentCase c)
    {
        var t = c.Terms;
        return new Words(TermsWords)
            .Add(t.Provider).Add(t.Lessee).Add(t.PayToken).Add(t.GpuModel).Add(t.Region).Add(t.GpuCount).Add(t.CapacityRoot).Add(t.StartEpoch)
            .Add(t.Epochs).Add((byte)t.Method).Add(t.Price).Add(t.FloorPrice).Add(t.CeilingPrice).Add(t.RateBps).Add(t.TakeOrPayBps).Add(t.SlaBps)
            .Add(t.SlaCreditSlope).Add(t.SlaCreditCapBps).Add(t.EfficiencyTarget).Add(t.EfficiencySlopeBps).Add(t.EfficiencyCapBps)
            .Add(t.CurtailLimitBps).Add(t.CurtailCreditBps).Add(t.PoolBps).Add(t.FeeBps).Add(t.NoticeEpochs)
            .Add(t.GraceEpochs).Add(t.Deposit).Add(t.Units).Add(t.Policy).Add(t.Salt)
            .ToBytes();
    }

    /// <summary>A dynamic array of static tuples: its length, then the tuples.</summary>
    private static byte[] Many(IReadOnlyList<RentCase> cases, Func<RentCase, byte[]> encode) => [.. Hex.Word(cases.Count), .. cases.SelectMany(encode)];

    private Task<byte[]> Call(string function, long epochSeconds, params byte[][] arrays)
    {
        var (heads, tails) = (new List<byte[]>(), new List<byte[]>());
        var offset = 32 * (arrays.Length + 1);
        foreach (var array in arrays)
        {
            heads.Add(Hex.Word(offset));
            tails.Add(array);
            offset += array.Length;
        }
        return Send([.. Selector(function), .. heads.SelectMany(h => h), .. Hex.Word(epochSeconds), .. tails.SelectMany(t => t)]);
    }

    private async Task<byte[]> Send(byte[] data)
    {
        var answer = await rpc.SendRequestAsync<string>("eth_call", null, new { to = address, data = "0x" + Convert.ToHexStringLower(data) }, "latest");
        return Convert.FromHexString(answer.AsSpan(2));
    }

    public static byte[] Selector(string function) => Keccak.Of(System.Text.Encoding.ASCII.GetBytes(function))[..4];

    /// <summary>The items of the one array returned.</summary>
    private static IEnumerable<byte[]> Items(byte[] answer, int words) => answer[64..].Chunk(32 * words);

    private static BigInteger Unsigned(byte[] words, int at) => new(words.AsSpan(32 * at, 32), isUnsigned: true, isBigEndian: true);
    private static BigInteger Signed(byte[] words, int at) => new(words.AsSpan(32 * at, 32), isUnsigned: false, isBigEndian: true);
}
