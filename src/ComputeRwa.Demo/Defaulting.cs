using ComputeRwa.Verify;

namespace ComputeRwa.Demo;

/// <summary>A lessee who stops paying in, and what the terms give the holders then.</summary>
internal static class Defaulting
{
    public static async Task Declare(Stage stage, Leased lease)
    {
        var path = $"/v1/leases/{lease.Id}";
        var behind = await stage.Api.Until<LeaseView>(path, l => l.Status is "delinquent" or "defaulted", $"lease {lease.Let.Name} to be delinquent");
        if (behind.Status == "delinquent")
        {
            var terms = Struct.Read(Shape.LeaseTerms, behind.Terms);
            await stage.Chain.Send(lease.Site.Provider, stage.Contracts.Contracts["leaseBook"], Hashing.Join(
                Hashing.Selector($"declareDefault({Shape.LeaseTerms.Tuple},uint256,bytes)"), terms.Encode(), Hashing.Word(0), Hashing.Word(32 * (Shape.LeaseTerms.Members.Count + 2)), Hashing.Word(0)));
        }
        var ended = await stage.Api.Until<LeaseView>(path, l => l.Status == "defaulted", $"the default of lease {lease.Let.Name} to be seen");
        if (ended.LastEpoch != stage.Epoch(lease.LastDay)) throw new DemoException($"Lease {lease.Let.Name} ends with epoch {ended.LastEpoch}; escrow and deposit pay through epoch {stage.Epoch(lease.LastDay)}.");
        stage.Say($"{lease.Let.Lessee} has stopped paying in: {lease.Site.Lessor.Name} declares default of lease {lease.Let.Name}, which escrow and deposit pay through epoch {ended.LastEpoch}");
    }
}
