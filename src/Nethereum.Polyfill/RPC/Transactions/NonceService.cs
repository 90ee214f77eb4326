using System.Numerics;
using Nethereum.Hex.HexTypes;
using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.RPC.Eth.Transactions;

namespace Nethereum.RPC.NonceServices;

public interface INonceService
{
    IClient Client { get; set; }

    /// <summary>Ask for the count of mined transactions rather than of pending ones too.</summary>
    bool UseLatestTransactionsOnly { get; set; }

    Task<HexBigInteger> GetNextNonceAsync();

    Task ResetNonceAsync();
}

/// <summary>Counts within this process, never below what the node says.</summary>
public sealed class InMemoryNonceService(string account, IClient client) : INonceService, IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    public BigInteger CurrentNonce { get; set; } = -1;

    public IClient Client { get; set; } = client;

    public bool UseLatestTransactionsOnly { get; set; }

    public async Task<HexBigInteger> GetNextNonceAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            var block = UseLatestTransactionsOnly ? BlockParameter.CreateLatest() : BlockParameter.CreatePending();
            var count = await new EthGetTransactionCount(Client).SendRequestAsync(account, block).ConfigureAwait(false);
            CurrentNonce = BigInteger.Max(count.Value, CurrentNonce + 1);
            return new HexBigInteger(CurrentNonce);
        }
        finally
        {
            _turn.Release();
        }
    }

    public Task ResetNonceAsync()
    {
        CurrentNonce = -1;
        return Task.CompletedTask;
    }

    public void Dispose() => _turn.Dispose();
}
