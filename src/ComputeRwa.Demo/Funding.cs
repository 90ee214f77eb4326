using System.Globalization;
using System.Numerics;
using ComputeRwa.Verify;

namespace ComputeRwa.Demo;

/// <summary>Money into a lease, by two signatures of whoever pays and no transaction of its own: the order, and a permit for as much.</summary>
internal static class Funding
{
    /// <summary>The lessee pays in more epochs at the cap.</summary>
    public static async Task TopUp(Stage stage, Leased lease, TopUp topUp)
    {
        var amount = lease.CapPerEpoch * topUp.Epochs;
        await Fund(stage, $"top-up-{topUp.Day}-{lease.Let.Name}", lease, "rent", lease.Lessee, amount, topUp.Day);
        stage.Say($"{lease.Let.Lessee} tops up lease {lease.Let.Name} by {Readable(amount)} dollars for {topUp.Epochs} more days, by signature");
    }

    /// <summary>Whoever takes a lease's heat pays for what the leaf says was recovered; it is shared out at once, as rent is.</summary>
    /// <param name="file">of the lease's last epoch</param>
    public static async Task PayForHeat(Stage stage, Leased lease, Heat heat, byte[] file)
    {
        var wattHours = Files.Read<EpochFile>(file).LeafOf(lease.Id)["heatWattHours"];
        var (amount, buyer) = (wattHours * heat.PricePerKwh / 1_000, stage.HeatBuyer);
        if ((await stage.Api.Get<LeaseView>($"/v1/leases/{lease.Id}")).OtherIncome.BaseUnits().IsZero) await stage.Chain.Mint(stage.Token, buyer.Address, (UInt128)amount);
        await Fund(stage, $"heat-{lease.Let.Name}", lease, "heat", buyer, amount, 0);
        stage.Say($"{heat.Buyer} pays {Readable(amount)} dollars for {(decimal)wattHours / 1_000:N0} kWh of lease {lease.Let.Name}'s heat");
    }

    private static async Task Fund(Stage stage, string step, Leased lease, string kind, Party payer, BigInteger amount, int nonce)
    {
        var funding = new Dictionary<string, object?>
        {
            ["kind"] = kind,
            ["amount"] = Fleet.Dollars((long)amount),
            ["payer"] = payer.Address,
            ["nonce"] = nonce.ToString(CultureInfo.InvariantCulture),
            ["deadline"] = World.Deadline.ToUnixTimeSeconds(),
        };
        var offer = await stage.Api.Post<FundingOffer>($"{step}-data", $"/v1/leases/{lease.Id}/funding/typed-data", funding);
        funding["signature"] = payer.Sign(offer.Funding.ToSign, ("payer", payer.Address), ("amount", amount.ToString(CultureInfo.InvariantCulture)));
        funding["permit"] = new
        {
            value = amount.ToString(CultureInfo.InvariantCulture),
            deadline = World.Deadline.ToUnixTimeSeconds(),
            signature = payer.Sign(offer.Permit.ToSign, ("owner", payer.Address), ("value", amount.ToString(CultureInfo.InvariantCulture))),
        };
        await stage.Write(step, $"/v1/leases/{lease.Id}/funding", funding);
    }

    private static string Readable(BigInteger baseUnits) => ((decimal)baseUnits / 1_000_000).ToString("N2", CultureInfo.InvariantCulture);
}
