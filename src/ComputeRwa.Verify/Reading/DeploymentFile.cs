using System.Text.Json;

namespace ComputeRwa.Verify.Reading;

/// <summary>Where the contracts stand: what the auditor trusts to be the deployment in question. Addresses in lower case.</summary>
/// <param name="ChainId">null when nobody said which chain it must be</param>
/// <param name="FromBlock">the first block that can have a log of the contracts</param>
internal sealed record DeploymentFile(long? ChainId, long FromBlock, string LeaseBook, string LeaseClaims, string EpochLedger)
{
    public IReadOnlyList<string> Contracts => [LeaseBook, LeaseClaims, EpochLedger];

    /// <param name="json">as the deployment writes it; members that an auditor needs not are left alone</param>
    /// <exception cref="UnreadableException">It is no such file.</exception>
    public static DeploymentFile Read(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var contracts = root.GetProperty("contracts");
            return Of(root.GetProperty("chainId").GetInt64(), root.GetProperty("deployedAtBlock").GetInt64(),
                contracts.GetProperty("leaseBook").GetString()!, contracts.GetProperty("leaseClaims").GetString()!, contracts.GetProperty("epochLedger").GetString()!);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or NullReferenceException)
        {
            throw new UnreadableException($"the deployment file cannot be read: {e.Message}", e);
        }
    }

    /// <exception cref="FormatException">An address is none.</exception>
    public static DeploymentFile Of(long? chainId, long fromBlock, string leaseBook, string leaseClaims, string epochLedger) =>
        new(chainId, fromBlock, Account(leaseBook), Account(leaseClaims), Account(epochLedger));

    private static string Account(string text) => Hashing.Hex(Hashing.Unhex(text, 20));
}
