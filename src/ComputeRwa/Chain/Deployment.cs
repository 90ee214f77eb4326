using System.Text.Json;
using System.Text.Json.Serialization;
using ComputeRwa.Kernel;

namespace ComputeRwa.Chain;

/// <summary>What the deployment script wrote: the chain, the contracts and what they were given.</summary>
/// <param name="EpochLength">seconds, as is the challenge window</param>
/// <param name="RootBond">base units of the bond token, a decimal string, as is the dispute bond</param>
/// <param name="LivenessEpochs">epochs without a sync after which a lease's parties may settle on their own</param>
internal sealed record Deployment(
    long ChainId, long DeployedAtBlock, long EpochLength, long ChallengeWindow, string RootBond, string DisputeBond, long LivenessEpochs, string Salt,
    DeployedContracts Contracts, IReadOnlyList<string> Attestors, int Threshold, string Registrar, string FeeRecipient)
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerOptions.Web) { RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true };

    [JsonIgnore]
    public EpochLength Epochs => new(EpochLength);

    /// <summary>The contracts by name, in the order they depend on each other.</summary>
    [JsonIgnore]
    public IReadOnlyList<(string Name, Address Address)> Named =>
    [
        (nameof(Contracts.LeaseBook), Address.Parse(Contracts.LeaseBook)),
        (nameof(Contracts.LeaseClaims), Address.Parse(Contracts.LeaseClaims)),
        (nameof(Contracts.EpochLedger), Address.Parse(Contracts.EpochLedger)),
        (nameof(Contracts.Eligibility), Address.Parse(Contracts.Eligibility)),
        (nameof(Contracts.UseRights), Address.Parse(Contracts.UseRights)),
        (nameof(Contracts.TestDollar), Address.Parse(Contracts.TestDollar)),
    ];

    /// <summary>All that may be called.</summary>
    public IReadOnlySet<Address> Callable() =>
        Named.Select(c => c.Address).Append(Address.Parse(Contracts.Authority)).Append(Address.Parse(Contracts.BondToken)).ToHashSet();

    /// <exception cref="InvalidOperationException">The file is missing or incomplete.</exception>
    public static Deployment Read(string path)
    {
        if (!File.Exists(path)) throw new InvalidOperationException($"Chain:Deployment names {path}, which does not exist; deploy the contracts first.");
        try
        {
            return JsonSerializer.Deserialize<Deployment>(File.ReadAllText(path), Strict) ?? throw new InvalidOperationException($"{path} is empty.");
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException($"{path} is not a deployment file: {e.Message}", e);
        }
    }
}

/// <param name="TestDollar">the pay token of a development chain</param>
/// <param name="Authority">the AccessManager: who may change what, after which delay</param>
internal sealed record DeployedContracts(
    string LeaseBook, string LeaseClaims, string EpochLedger, string Eligibility, string UseRights, string Authority, string TestDollar, string BondToken);
