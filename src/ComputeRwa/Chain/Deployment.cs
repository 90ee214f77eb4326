using System.Text.Json;
using ComputeRwa.Kernel;

namespace ComputeRwa.Chain;

/// <summary>What the deployment script wrote: the chain, the contracts and the epoch length they were given.</summary>
internal sealed record Deployment(
    long ChainId, long DeployedAtBlock, long EpochLength, long ChallengeWindow, string Salt, DeployedContracts Contracts,
    IReadOnlyList<string> Attestors, int Threshold, string Registrar, string FeeRecipient)
{
    public EpochLength Epochs => new(EpochLength);

    /// <exception cref="InvalidOperationException">The file is missing or incomplete.</exception>
    public static Deployment Read(string path)
    {
        if (!File.Exists(path)) throw new InvalidOperationException($"Chain:Deployment names {path}, which does not exist; deploy the contracts first.");
        return JsonSerializer.Deserialize<Deployment>(File.ReadAllText(path), JsonSerializerOptions.Web)
            ?? throw new InvalidOperationException($"{path} is empty.");
    }
}

/// <param name="TestDollar">the pay token of a development chain</param>
internal sealed record DeployedContracts(string LeaseBook, string LeaseClaims, string EpochLedger, string Eligibility, string TestDollar);
