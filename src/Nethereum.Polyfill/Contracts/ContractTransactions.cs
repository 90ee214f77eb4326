using Nethereum.Hex.HexTypes;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.RPC.TransactionManagers;

namespace Nethereum.Contracts.ContractHandlers;

/// <summary>What calls and deployments share once they are transactions.</summary>
internal static class ContractTransactions
{
    public static Task<HexBigInteger> EstimateAsync(ITransactionManager manager, TransactionInput input)
    {
        input.From ??= manager.Account?.Address;
        return ContractReverts.Translate(() => manager.EstimateGasAsync(input));
    }

    public static async Task<TransactionInput> WithGasAsync(ITransactionManager manager, TransactionInput input)
    {
        input.From ??= manager.Account?.Address;
        input.Gas ??= await EstimateAsync(manager, input).ConfigureAwait(false);
        return input;
    }

    public static async Task<string> SendAsync(ITransactionManager manager, TransactionInput input) =>
        await manager.SendTransactionAsync(await WithGasAsync(manager, input).ConfigureAwait(false)).ConfigureAwait(false);

    public static async Task<string> SignAsync(ITransactionManager manager, TransactionInput input) =>
        await manager.SignTransactionAsync(await WithGasAsync(manager, input).ConfigureAwait(false)).ConfigureAwait(false);

    public static async Task<TransactionReceipt> SendAndWaitAsync(
        ITransactionManager manager, TransactionInput input, CancellationToken cancellationToken)
    {
        await WithGasAsync(manager, input).ConfigureAwait(false);
        return await manager.SendTransactionAndWaitForReceiptAsync(input, cancellationToken).ConfigureAwait(false);
    }
}
