using System.Globalization;
using ComputeRwa.Verify;

namespace ComputeRwa.Demo;

/// <summary>A lessee who stops paying in, and what the terms give the holders then.</summary>
internal static class Defaulting
{
    /// <summary>The provider declares it, by signature, once the lessee is behind by more than its grace.</summary>
    /// <exception cref="DemoException">The lease does not end where escrow and deposit do.</exception>
    public static async Task Declare(Stage stage, Leased lease)
    {
        var path = $"/v1/leases/{lease.Id}";
        await stage.Api.Until<LeaseView>(path, l => l.Status is "delinquent" or "defaulted", $"lease {lease.Let.Name} to be delinquent");
        var deadline = World.Deadline.ToUnixTimeSeconds();
        var offer = await stage.Api.Post<Offer>($"default-{lease.Let.Name}-data", $"{path}/default/typed-data", new { deadline });
        var signature = lease.Site.Provider.Sign(offer.ToSign, ("leaseId", Hashing.Number(Hashing.Unhex(lease.Id, 32)).ToString(CultureInfo.InvariantCulture)));
        await stage.Write($"default-{lease.Let.Name}", $"{path}/default", new { deadline, signature });
        var ended = await stage.Api.Get<LeaseView>(path);
        if ((ended.Status, ended.LastEpoch) != ("defaulted", stage.Epoch(lease.LastDay)))
            throw new DemoException($"Lease {lease.Let.Name} is {ended.Status} and ends with epoch {ended.LastEpoch}; escrow and deposit pay through epoch {stage.Epoch(lease.LastDay)}.");
        stage.Say($"{lease.Let.Lessee} has stopped paying in: {lease.Site.Lessor.Name} declares default of lease {lease.Let.Name}, which escrow and deposit pay through epoch {ended.LastEpoch}");
    }
}
