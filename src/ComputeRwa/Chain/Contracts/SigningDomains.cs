namespace ComputeRwa.Chain.Contracts;

/// <summary>The EIP-712 domains of the contracts, as their constructors set them.</summary>
internal static class SigningDomains
{
    public static Eip712Domain LeaseBook(Deployment d) => new("ComputeRwa LeaseBook", "1", d.ChainId, d.Contracts.LeaseBook);
    public static Eip712Domain LeaseClaims(Deployment d) => new("ComputeRwa LeaseClaims", "1", d.ChainId, d.Contracts.LeaseClaims);
    public static Eip712Domain EpochLedger(Deployment d) => new("ComputeRwa EpochLedger", "1", d.ChainId, d.Contracts.EpochLedger);
    public static Eip712Domain Eligibility(Deployment d) => new("ComputeRwa Eligibility", "1", d.ChainId, d.Contracts.Eligibility);
    public static Eip712Domain UseRights(Deployment d) => new("ComputeRwa UseRights", "1", d.ChainId, d.Contracts.UseRights);
}
