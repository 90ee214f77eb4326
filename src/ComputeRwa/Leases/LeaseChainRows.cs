using System.Globalization;
using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Leases;

// What LeaseProjector adds to its tables, and which members are which columns.

internal sealed record NewOrigination(ChainLog Log, Hash32 Lease, Address Provider, Address Lessee, BigInteger Cap)
{
    public static readonly Bulk<NewOrigination> Table = ChainRows.Of<NewOrigination>("INSERT INTO lease_originations", r => r.Log)
        .Text("lease_id", r => r.Lease.Value).Text("provider", r => r.Provider.Value).Text("lessee", r => r.Lessee.Value).Text("cap_per_epoch", r => ChainRows.Text(r.Cap));
}

internal sealed record NewCash(ChainLog Log, Hash32 Lease, string Kind, long Line, Address Party, BigInteger Amount)
{
    public static readonly Bulk<NewCash> Table = ChainRows.Of<NewCash>("INSERT INTO lease_cash", r => r.Log)
        .Text("lease_id", r => r.Lease.Value).Text("kind", r => r.Kind).Number("line", r => r.Line).Text("party", r => r.Party.Value).Text("amount", r => ChainRows.Text(r.Amount));
}

internal sealed record NewSync(ChainLog Log, Hash32 Lease, long Epoch, BigInteger Asked, BigInteger Applied)
{
    public static readonly Bulk<NewSync> Table = ChainRows.Of<NewSync>("INSERT INTO lease_syncs", r => r.Log)
        .Text("lease_id", r => r.Lease.Value).Number("epoch", r => r.Epoch).Text("asked", r => ChainRows.Text(r.Asked)).Text("applied", r => ChainRows.Text(r.Applied));
}

internal sealed record NewTurn(ChainLog Log, Hash32 Lease, string Kind, Address? Party, long? Epoch, BigInteger? Amount)
{
    public static readonly Bulk<NewTurn> Table = ChainRows.Of<NewTurn>("INSERT INTO lease_turns", r => r.Log)
        .Text("lease_id", r => r.Lease.Value).Text("kind", r => r.Kind).Text("party", r => r.Party?.Value).Number("epoch", r => r.Epoch)
        .Text("amount", r => r.Amount is { } amount ? ChainRows.Text(amount) : null);
}
