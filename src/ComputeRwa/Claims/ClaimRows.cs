using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Claims;

// What ClaimProjector adds to its tables, and which members are which columns.

internal sealed record NewTransfer(ChainLog Log, long Item, Hash32 Lease, Address By, Address From, Address To, BigInteger Units)
{
    public static readonly Bulk<NewTransfer> Table = ChainRows.Of<NewTransfer>("INSERT INTO claim_transfers", r => r.Log)
        .Number("item", r => r.Item).Text("lease_id", r => r.Lease.Value).Text("operator", r => r.By.Value).Text("sender", r => r.From.Value)
        .Text("recipient", r => r.To.Value).Text("units", r => ChainRows.Text(r.Units)).Number("forced", _ => 0);
}

internal sealed record NewRevenue(ChainLog Log, Hash32 Lease, BigInteger Applied)
{
    public static readonly Bulk<NewRevenue> Table = new Bulk<NewRevenue>("INSERT INTO claim_revenue")
        .Number("position", r => r.Log.Position).Number("block_number", r => r.Log.BlockNumber).Text("lease_id", r => r.Lease.Value).Text("applied", r => ChainRows.Text(r.Applied));
}

internal sealed record NewPayout(ChainLog Log, Hash32 Lease, Address Holder, Address To, BigInteger Amount)
{
    public static readonly Bulk<NewPayout> Table = ChainRows.Of<NewPayout>("INSERT INTO claim_payouts", r => r.Log)
        .Text("lease_id", r => r.Lease.Value).Text("holder", r => r.Holder.Value).Text("recipient", r => r.To.Value).Text("amount", r => ChainRows.Text(r.Amount));
}

internal sealed record NewFreeze(ChainLog Log, Hash32 Lease, Address Account, BigInteger Units)
{
    public static readonly Bulk<NewFreeze> Table = new Bulk<NewFreeze>("INSERT INTO claim_freezes")
        .Number("position", r => r.Log.Position).Number("block_number", r => r.Log.BlockNumber).Text("lease_id", r => r.Lease.Value)
        .Text("account", r => r.Account.Value).Text("units", r => ChainRows.Text(r.Units));
}
