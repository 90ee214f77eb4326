using System.Numerics;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Hex.HexTypes;
using Nethereum.JsonRpc.Client;
using Nethereum.Model;
using Nethereum.RPC.Eth;
using Nethereum.RPC.Eth.Blocks;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.RPC.Eth.Transactions;
using Nethereum.RPC.NonceServices;
using Nethereum.RPC.TransactionManagers;
using Nethereum.Signer;
using Nethereum.Util;

namespace Nethereum.Web3.Accounts;

/// <summary>Signs EIP-1559 transactions here and sends them raw. What the input leaves out is asked of the node.</summary>
public class AccountSignerTransactionManager : TransactionManagerBase
{
    private static readonly BigInteger Tip = 2_000_000_000;

    private readonly EthECKey _key;

    internal AccountSignerTransactionManager(Account account, EthECKey key)
    {
        Account = account;
        ChainId = account.ChainId;
        _key = key;
    }

    public override async Task<string> SendTransactionAsync(TransactionInput transactionInput)
    {
        var signed = await SignTransactionAsync(transactionInput).ConfigureAwait(false);
        return await new EthSendRawTransaction(Client).SendRequestAsync(signed).ConfigureAwait(false);
    }

    public override async Task<string> SignTransactionAsync(TransactionInput transaction)
    {
        var sender = Account!.Address;
        if (transaction.From is not null && !transaction.From.IsTheSameAddress(sender))
            throw new InvalidOperationException($"{transaction.From} is not the account {sender}");
        transaction.From = sender;

        ChainId ??= (await new EthChainId(Client).SendRequestAsync().ConfigureAwait(false)).Value;
        await SetFeesAsync(transaction).ConfigureAwait(false);
        transaction.Gas ??= await EstimateGasAsync(transaction).ConfigureAwait(false);
        // Last, so that a failed estimate leaves no gap.
        transaction.Nonce ??= await NextNonceAsync(sender).ConfigureAwait(false);
        return new Transaction1559Signer().SignTransaction(_key, ToTransaction(transaction));
    }

    private async Task SetFeesAsync(TransactionInput transaction)
    {
        // A plain gas price costs the same as both fees set to it.
        transaction.MaxPriorityFeePerGas ??= transaction.GasPrice;
        transaction.MaxFeePerGas ??= transaction.GasPrice;
        transaction.GasPrice = null;
        if (transaction.MaxFeePerGas is null)
        {
            var latest = await new EthGetBlockWithTransactionsHashesByNumber(Client).SendRequestAsync(BlockParameter.CreateLatest()).ConfigureAwait(false);
            var baseFee = latest?.BaseFeePerGas?.Value ?? BigInteger.Zero;
            transaction.MaxPriorityFeePerGas ??= new HexBigInteger(Tip);
            transaction.MaxFeePerGas = new HexBigInteger(baseFee * 2 + transaction.MaxPriorityFeePerGas.Value);
        }

        transaction.MaxPriorityFeePerGas ??= new HexBigInteger(BigInteger.Min(Tip, transaction.MaxFeePerGas.Value));
        transaction.Type = new HexBigInteger(TransactionType.EIP1559.AsByte());
    }

    private Task<HexBigInteger> NextNonceAsync(string sender)
    {
        var account = Account!;
        account.NonceService ??= new InMemoryNonceService(sender, Client);
        account.NonceService.Client = Client;
        return account.NonceService.GetNextNonceAsync();
    }

    private Transaction1559 ToTransaction(TransactionInput input) => new(
        ChainId!.Value, input.Nonce!.Value, input.MaxPriorityFeePerGas!.Value, input.MaxFeePerGas!.Value, input.Gas!.Value,
        input.To, input.Value?.Value, input.Data,
        input.AccessList?.ConvertAll(item => new AccessListItem(item.Address, item.StorageKeys.ConvertAll(key => key.HexToByteArray()))));
}
