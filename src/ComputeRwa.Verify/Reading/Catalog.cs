namespace ComputeRwa.Verify.Reading;

/// <summary>The events of the contracts, as contracts/interfaces declares them. Each contract has its own: one name may mean two things.</summary>
internal static class Catalog
{
    private const string Authority = "AuthorityUpdated(address authority)";

    public static readonly IReadOnlyDictionary<string, EventShape> LeaseBook = Shapes(
        Authority,
        "LeaseOriginated(uint256 indexed id,address indexed provider,address indexed lessee,uint96 funded,uint96 capPerEpoch)",
        "OriginationSkipped(uint256 indexed index,uint256 indexed id,bytes reason)",
        "LeaseExited(uint256 indexed id,address indexed by,uint32 endEpoch)",
        "LeaseDefaulted(uint256 indexed id,uint32 endEpoch)",
        "CurtailmentNoticed(uint256 indexed id,uint32 throughEpoch)",
        "CoSettled(uint256 indexed id,uint32 indexed epoch,uint96 rent)",
        "NewLeasesPaused(bool paused)",
        "NonceCancelled(address indexed account,uint256 nonce)");

    public static readonly IReadOnlyDictionary<string, EventShape> LeaseClaims = Shapes(
        Authority,
        "Funded(uint256 indexed id,uint8 indexed kind,address indexed payer,uint96 amount)",
        "Synced(uint256 indexed id,uint32 indexed epoch,uint96 rent,uint96 applied)",
        "SyncSkipped(uint256 indexed id,uint32 indexed epoch)",
        "Claimed(uint256 indexed id,address indexed holder,address indexed to,uint96 amount)",
        "ProviderPaid(uint256 indexed id,address indexed provider,uint96 amount)",
        "FeeCollected(uint256 indexed id,address indexed recipient,uint96 amount)",
        "Refunded(uint256 indexed id,address indexed to,uint96 amount)",
        "DepositPaid(uint256 indexed id,address indexed lessee,uint96 amount)",
        "DepositUsed(uint256 indexed id,uint96 amount)",
        "Shortened(uint256 indexed id,uint24 epochs)",
        "HeldBack(uint256 indexed id,uint96 held)",
        "PayTokenAllowed(address indexed token,uint8 index)",
        "PayTokenRetired(address indexed token,uint8 index)",
        "NonceCancelled(address indexed account,uint256 nonce)",
        "FeeRecipientSet(address indexed recipient)",
        "ContractURIUpdated()",
        "TransferSingle(address indexed operator,address indexed from,address indexed to,uint256 id,uint256 value)",
        "TransferBatch(address indexed operator,address indexed from,address indexed to,uint256[] ids,uint256[] values)",
        "ApprovalForAll(address indexed account,address indexed operator,bool approved)",
        "URI(string value,uint256 indexed id)",
        "Frozen(address indexed account,uint256 indexed tokenId,uint256 amount)",
        "ForcedTransfer(address indexed from,address indexed to,uint256 indexed tokenId,uint256 amount)");

    public static readonly IReadOnlyDictionary<string, EventShape> EpochLedger = Shapes(
        Authority,
        "EpochPosted(uint32 indexed epoch,bytes32 indexed root,bytes32 previousRoot,uint32 attempt,uint32 leases,uint128 rent,uint64 gpuSeconds,uint64 wattHours,bytes32 dataHash,address poster)",
        "RootsCancelled(uint32 indexed epoch,uint32 last,uint32 attempt,address indexed challenger,uint96 reward,uint96 burned)",
        "RevealDemanded(uint32 indexed epoch,uint256 indexed id,address indexed by)",
        // The record that is revealed stands in the epoch file too; its members come one after another, like any others.
        $"Revealed(uint32 indexed epoch,uint256 indexed id,address by,{Shape.MeteringRecord.Tuple} record)",
        "DemandDropped(uint32 indexed epoch,uint256 indexed id)",
        "Objected(uint256 indexed id,uint32 indexed epoch,address indexed lessee,uint96 increment,uint96 minimum,uint40 decideBy)",
        "ObjectionResolved(uint256 indexed id,uint32 indexed epoch,uint96 granted)",
        "BondDeposited(address indexed from,uint96 amount)",
        "BondWithdrawn(address indexed to,uint96 amount)",
        "Collected(address indexed account,address indexed to,uint256 amount)",
        "AttestorSet(address indexed account,bool attestor)",
        "ThresholdSet(uint8 threshold)");

    /// <summary>ERC-20.</summary>
    public static readonly EventShape Transfer = new("Transfer(address indexed from,address indexed to,uint256 value)");

    private static Dictionary<string, EventShape> Shapes(params string[] texts) => texts.Select(t => new EventShape(t)).ToDictionary(s => s.Topic);
}
