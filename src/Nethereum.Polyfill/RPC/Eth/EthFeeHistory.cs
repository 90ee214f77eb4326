using Nethereum.Hex.HexTypes;
using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth.DTOs;

namespace Nethereum.RPC.Eth.Transactions;

public interface IEthFeeHistory
{
    RpcRequest BuildRequest(
        HexBigInteger blockCount, BlockParameter highestBlockNumber, decimal[]? rewardPercentiles = null, object? id = null);

    Task<FeeHistoryResult> SendRequestAsync(
        HexBigInteger blockCount, BlockParameter highestBlockNumber, decimal[]? rewardPercentiles = null, object? id = null);
}

/// <summary>Base fees, fullness and tips at the given percentiles of past blocks.</summary>
public class EthFeeHistory(IClient client) : RpcRequestResponseHandler<FeeHistoryResult>(client, "eth_feeHistory"), IEthFeeHistory
{
    public RpcRequest BuildRequest(
        HexBigInteger blockCount, BlockParameter highestBlockNumber, decimal[]? rewardPercentiles = null, object? id = null) =>
        base.BuildRequest(id, blockCount, highestBlockNumber, rewardPercentiles ?? []);

    public Task<FeeHistoryResult> SendRequestAsync(
        HexBigInteger blockCount, BlockParameter highestBlockNumber, decimal[]? rewardPercentiles = null, object? id = null) =>
        base.SendRequestAsync(id, blockCount, highestBlockNumber, rewardPercentiles ?? []);
}
