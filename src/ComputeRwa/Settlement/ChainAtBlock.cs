using ComputeRwa.Chain;
using ComputeRwa.Kernel;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Hex.HexTypes;
using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.RPC.Eth.Transactions;

namespace ComputeRwa.Settlement;

/// <summary>View functions of contracts as of the end of one block, many at a time.</summary>
internal sealed class ChainAtBlock(IClient rpc, long block)
{
    private const int CallsAtOnce = 200;

    public long Block => block;

    /// <summary>Answers in the order asked.</summary>
    /// <exception cref="UnavailableException">The node does not answer, or no longer has the state of that block.</exception>
    public async Task<List<TOutput>> Ask<TMessage, TOutput>(string contract, IEnumerable<TMessage> messages)
        where TMessage : FunctionMessage, new()
        where TOutput : IFunctionOutputDTO, new()
    {
        var (answers, call, at) = (new List<TOutput>(), new EthCall(rpc), new BlockParameter(new HexBigInteger(block)));
        foreach (var some in messages.Chunk(CallsAtOnce))
        {
            var batch = new RpcBatch(rpc);
            var items = some.Select(m => batch.Add<EthCall, string>(call, (h, id) => h.BuildRequest(new CallInput(m.GetCallData().ToHex(true), contract), at, id))).ToList();
            await batch.Send();
            answers.AddRange(items.Select(i => Read<TOutput>(i.RpcError, i.Response)));
        }
        return answers;
    }

    private TOutput Read<TOutput>(RpcError? error, string? answer) where TOutput : IFunctionOutputDTO, new()
    {
        if (error is not null)
            throw new UnavailableException("chain-unavailable", $"The chain's node does not tell the state of block {block}: {error.Message}", new RpcResponseException(error));
        if (answer is not { Length: > 2 }) throw new InvalidOperationException($"A contract gave no answer at block {block}.");
        return new TOutput().DecodeOutput(answer);
    }
}

/// <summary>A function's one unsigned integer.</summary>
[FunctionOutput]
internal sealed class OneInteger : IFunctionOutputDTO
{
    [Parameter("uint256", "", 1)] public System.Numerics.BigInteger Value { get; set; }
}

/// <summary>A function's one truth value.</summary>
[FunctionOutput]
internal sealed class OneBool : IFunctionOutputDTO
{
    [Parameter("bool", "", 1)] public bool Value { get; set; }
}
