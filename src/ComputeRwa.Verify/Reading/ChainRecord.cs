using System.Numerics;

namespace ComputeRwa.Verify.Reading;

/// <param name="Time">unix seconds</param>
internal sealed record Head(long Number, string Hash, long Time);

/// <summary>Everything an audit needs of the chain, read at one block. Nothing in it is trusted to fit anything else.</summary>
/// <param name="Events">of the three contracts, in order</param>
/// <param name="Unknown">logs of the contracts that this program has no name for</param>
/// <param name="PostingData">calldata of each transaction that posted a root, by its hash</param>
/// <param name="BlockTimes">unix seconds of each block in which a root was posted, a leaf applied or a lease ended early</param>
/// <param name="Tokens">by pay token</param>
/// <param name="Bonds">null when the ledger takes no bonds</param>
/// <param name="Series">by lease id</param>
/// <param name="Holders">by lease id and holder, for everybody who ever held units</param>
internal sealed record ChainRecord(
    DeploymentFile Deployment, long ChainId, Head Head, LedgerView Ledger, IReadOnlyList<ChainEvent> Events, IReadOnlyList<ChainLog> Unknown,
    IReadOnlyDictionary<string, byte[]> PostingData, IReadOnlyDictionary<long, long> BlockTimes, IReadOnlyDictionary<string, TokenRecord> Tokens, BondRecord? Bonds,
    IReadOnlyDictionary<string, SeriesView> Series, IReadOnlyDictionary<(string Lease, string Holder), HolderView> Holders);

/// <summary>What the ledger answers at the head.</summary>
internal sealed record LedgerView(long EpochLength, long ChallengeWindow, long LatestEpoch, long Threshold);

/// <summary>A token's transfers into and out of one of the contracts, in order, and what it says that the contract holds.</summary>
internal sealed record TokenRecord(IReadOnlyList<ChainEvent> In, IReadOnlyList<ChainEvent> Out, BigInteger Balance);

/// <summary>The token that bonds are in, at EpochLedger, and what the ledger answers of it. Base units.</summary>
/// <param name="Bond">standing for the roots</param>
/// <param name="DisputeBond">of each demand and objection</param>
/// <param name="Credits">what is owed to everybody who ever challenged, demanded, revealed, objected or let, in sum</param>
/// <param name="OpenDisputes">demands and objections whose bond the ledger still holds</param>
internal sealed record BondRecord(string Token, TokenRecord Flows, BigInteger Bond, BigInteger DisputeBond, BigInteger Credits, int OpenDisputes);

/// <summary>What LeaseClaims answers of one lease. A member is null where the contract reverts instead of answering.</summary>
internal sealed record SeriesView(
    IReadOnlyList<BigInteger>? Series, IReadOnlyList<BigInteger>? Bounds, BigInteger? ProviderDue, BigInteger? FeeDue, BigInteger? Escrow, string? PayToken,
    IReadOnlyList<BigInteger>? Sideline, BigInteger? Deposit)
{
    public BigInteger? Applied => Series?[0];
    public BigInteger? Units => Series?[1];
    public BigInteger? LastEpoch => Series?[2];
    public BigInteger? PoolBps => Series?[3];
    public BigInteger? FeeBps => Series?[4];
    public BigInteger? Funded => Bounds?[0];
    public BigInteger? Cap => Bounds?[1];
    public BigInteger? StartEpoch => Bounds?[2];
    public BigInteger? Epochs => Bounds?[3];
    public BigInteger? Income => Sideline?[0];
    public BigInteger? Held => Sideline?[1];
    public BigInteger? Objections => Sideline?[2];
}

/// <summary>What LeaseClaims answers of one holder of one lease. A member is null where the contract reverts instead of answering.</summary>
internal sealed record HolderView(BigInteger? Balance, BigInteger? Checkpoint, BigInteger? Accrued, BigInteger? Claimable);
