using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;

namespace ComputeRwa.Claims;

/// <summary>Claims and transfers as LeaseClaims takes them.</summary>
internal static class ClaimContracts
{
    /// <summary>One payment of tokens, perhaps to an account that had none: 59–76 thousand used, and room for tokens behind proxies.</summary>
    public const long ClaimGas = 200_000;

    /// <summary>A signature, both sides' checkpoints and the rules: 53–72 thousand used, and room for contract wallets and receivers.</summary>
    public const long TransferGas = 500_000;

    /// <summary>
    /// Named by the account as it stands: a claim moves the checkpoint or empties what is accrued, so the same standing is the same
    /// claim, however often it is asked for.
    /// </summary>
    public static Command Claim(Lease lease, Address holder, AccountDto standing, Deployment deployment) => Command.Of(
        $"claim:{lease.Id}:{holder}:{standing.Checkpoint}:{standing.Accrued}", "claim", lease.Id.Value, deployment.Contracts.LeaseClaims,
        new LeaseClaims.Claim { Id = lease.Id.ToInteger(), Holder = holder.Value }, ClaimGas);

    public static Command Transfer(TransferOrderDto order, byte[] signature, Deployment deployment) => Command.Of(
        $"transfer:{order.From}:{order.Nonce}", "transfer", Hash32.Of(order.Id).Value, deployment.Contracts.LeaseClaims,
        new LeaseClaims.TransferWithSignature { Order = order, Signature = signature }, TransferGas);
}
