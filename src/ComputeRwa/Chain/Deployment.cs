using System.Text.Json;
using System.Text.Json.Serialization;
using ComputeRwa.Kernel;

namespace ComputeRwa.Chain;

/// <summary>What the deployment script wrote: the chain, the contracts and the epoch length they were given.</summary>
internal sealed record Deployment(
    long ChainId, long DeployedAtBlock, long EpochLength, long ChallengeWindow, string Salt, DeployedContracts Contracts,
    IReadOnlyList<string> Attestors, int Threshold, string Registrar, string FeeRecipient)
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
        (nameof(Contracts.TestDollar), Address.Parse(Contracts.TestDollar)),
    ];

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
internal sealed record DeployedContracts(string LeaseBook, string LeaseClaims, string EpochLedger, string Eligibility, string TestDollar);
