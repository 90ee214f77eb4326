using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;
using Nethereum.Contracts;

namespace ComputeRwa.Leases;

/// <summary>Leases as the contracts take them: structs, digests and commands.</summary>
internal static class LeaseContracts
{
    public static LeaseTermsDto ToDto(this LeaseTerms t) => new()
    {
        Provider = t.Provider.Value, Lessee = t.Lessee.Value, PayToken = t.PayToken.Value, GpuModel = t.GpuModel.ToWord(), Region = t.Region.ToWord(),
        GpuCount = t.GpuCount, CapacityRoot = t.CapacityRoot.ToBytes(), StartEpoch = t.StartEpoch, Epochs = t.Epochs, Method = (byte)t.Method,
        Price = t.Price, FloorPrice = t.FloorPrice, CeilingPrice = t.CeilingPrice, RateBps = t.RateBps, TakeOrPayBps = t.TakeOrPayBps,
        SlaBps = t.SlaBps, SlaCreditSlope = t.SlaCreditSlope, SlaCreditCapBps = t.SlaCreditCapBps, EfficiencyTarget = t.EfficiencyTarget,
        EfficiencySlopeBps = t.EfficiencySlopeBps, EfficiencyCapBps = t.EfficiencyCapBps, CurtailLimitBps = t.CurtailLimitBps,
        CurtailCreditBps = t.CurtailCreditBps, PoolBps = t.PoolBps, FeeBps = t.FeeBps, NoticeEpochs = t.NoticeEpochs,
        GraceEpochs = t.GraceEpochs, Deposit = t.Deposit, Units = t.Units, Policy = t.Policy, Salt = t.Salt.ToBytes(),
    };

    /// <summary>What the parties sign.</summary>
    public static TypedDataView TypedData(LeaseTerms terms, Deployment deployment) => Eip712.View(SigningDomains.LeaseBook(deployment), terms.ToDto());

    /// <summary>LeaseBook's <c>leaseId</c>: the EIP-712 digest of the terms.</summary>
    public static Hash32 Id(LeaseTerms terms, Deployment deployment) => Eip712.Digest(SigningDomains.LeaseBook(deployment), terms.ToDto());

    /// <param name="permit">the lessee's, or none</param>
    /// <exception cref="InvalidOperationException">A signature is missing.</exception>
    public static Command Originate(Lease lease, PermitDto permit, Deployment deployment) => Command.Of(
        $"originate:{lease.Id}", "originate", lease.Id.Value, deployment.Contracts.LeaseBook, new LeaseBook.Originate
        {
            Origination = new()
            {
                Terms = lease.Terms.ToDto(),
                ProviderSignature = lease.ProviderSignature?.Bytes ?? throw new InvalidOperationException($"{lease.Id} is not signed by its provider."),
                LesseeSignature = lease.LesseeSignature?.Bytes ?? throw new InvalidOperationException($"{lease.Id} is not signed by its lessee."),
                Permit = permit,
            },
        }, LeaseGas.Originate);

    /// <summary>Originations may share a transaction: LeaseBook takes many and skips a bad one.</summary>
    public static PackKind OriginationPacks(Deployment deployment) => new(
        "originate", Address.Parse(deployment.Contracts.LeaseBook), AbiSignature.Selector(typeof(LeaseBook.OriginateBatch)), LeaseGas.OriginateInPack, LeaseGas.Originate * 33 / 32,
        log => log.DecodeEvent<LeaseBook.OriginationSkippedEvent>()?.Event is { } e ? ((long)e.Index, "0x" + Convert.ToHexStringLower(e.Reason)) : null);

    public static Command Fund(FundingDto funding, byte[] signature, PermitDto permit, Deployment deployment)
    {
        var lease = Hash32.Of(funding.LeaseId);
        return Command.Of($"fund:{lease}:{funding.Payer}:{funding.Nonce}", "fund", lease.Value, deployment.Contracts.LeaseBook,
            new LeaseBook.FundWithSignature { Funding = funding, Signature = signature, Permit = permit }, LeaseGas.Fund);
    }

    /// <summary>Paying twice up to the same total is one effect, so the total names the command.</summary>
    public static Command PayProvider(Lease lease, LeaseOnChain account, Deployment deployment) => Command.Of(
        $"pay-provider:{lease.Id}:{account.Earned.Provider}", "pay-provider", lease.Id.Value, deployment.Contracts.LeaseBook,
        new LeaseBook.PayProvider { Terms = lease.Terms.ToDto() }, LeaseGas.PayOut);

    public static Command CollectFee(Lease lease, LeaseOnChain account, Deployment deployment) => Command.Of(
        $"collect-fee:{lease.Id}:{account.Earned.Fee}", "collect-fee", lease.Id.Value, deployment.Contracts.LeaseClaims,
        new LeaseClaims.CollectFee { Id = lease.Id.ToInteger() }, LeaseGas.PayOut);

    public static Command Refund(Lease lease, LeaseOnChain account, Deployment deployment) => Command.Of(
        $"refund:{lease.Id}:{account.Funded}:{account.Deposit}", "refund", lease.Id.Value, deployment.Contracts.LeaseBook,
        new LeaseBook.Refund { Terms = lease.Terms.ToDto() }, LeaseGas.PayOut);
}

/// <summary>
/// Gas limits: unused gas is not paid for, so each leaves room for contract wallets (ERC-1271), tokens behind proxies and
/// receivers that check what they get. The figures in brackets are what plain accounts use.
/// </summary>
internal static class LeaseGas
{
    /// <summary>Two signatures, a permit, a mint and its receiver (152–166 thousand): what LeaseBook itself allows an item of a batch.</summary>
    public const long Originate = 800_000;
    /// <summary>One of a pack: what it takes, and its call data.</summary>
    public const long OriginateInPack = 250_000;
    /// <summary>One signature, a permit and a pull of tokens (about 110 thousand).</summary>
    public const long Fund = 400_000;
    /// <summary>One payment of tokens, perhaps to an account that had none (about 80 thousand).</summary>
    public const long PayOut = 200_000;
}
