using System.Text.Json;

namespace ComputeRwa.Demo;

// Answers of the API, only the members that the demonstration reads. See docs/api.md.

internal sealed record WithId(string Id);

internal sealed record Money(string Amount, string Currency);

internal sealed record ProviderKey(string ProviderId, string ApiKey);

internal sealed record ChainView(long ChainId, long EpochLength, long ChallengeWindow, Dictionary<string, string> Contracts, IReadOnlyList<string> Attestors, int Threshold);

internal sealed record Offer(JsonElement TypedData, string Digest)
{
    public TypedData ToSign => new(TypedData, Digest);
}

internal sealed record PermitOffer(JsonElement TypedData, string Digest, string Value, long Deadline);

internal sealed record FundingOffer(Offer Funding, Offer Permit);

internal sealed record NodeHead(long NextSequence, string HeadHash);

internal sealed record LeaseView(string Id, string Status, string ProviderId, JsonElement Terms, Money CapPerEpoch, Money Prefunding, Money Deposit, Money OtherIncome, long LastEpoch);

internal sealed record TransactionView(string Id, string Kind, string? Subject, string State, long? GasUsed, JsonElement Error);

internal sealed record Attestation(JsonElement TypedData, string Digest, int Threshold, IReadOnlyList<string> Collected, string? TransactionId);

internal sealed record Receipt(string Status);

internal sealed record Revenue(long Epoch, Money Amount, string Source);

internal sealed record EpochView(long Epoch, string Status, long Attempt, string Root, PostView? Posted, IReadOnlyList<string> StaleIndex);

internal sealed record PostView(string Root, DateTimeOffset ActiveAt);

internal sealed record StepView(string Challenge);

internal sealed record SyncAnswer(IReadOnlyList<WithId> Transactions);
