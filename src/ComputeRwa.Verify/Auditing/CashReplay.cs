using System.Numerics;
using ComputeRwa.Verify.Reading;

namespace ComputeRwa.Verify.Auditing;

/// <summary>
/// Every event that moves money or units, in order, against what the contracts promise. After a wrong one it goes on with what the
/// chain says, so that one theft is one finding and not a hundred.
/// </summary>
internal sealed class CashReplay
{
    private readonly ChainRecord _chain;
    private readonly LeafBook _leaves;
    private readonly Audit _audit;
    private readonly Dictionary<string, LeaseLedger> _leases = [];
    private readonly Dictionary<BigInteger, PostedRoot> _posted = [];
    private readonly Dictionary<Place, PostedRoot> _roots;
    private readonly HashSet<PostedRoot> _standing;
    private readonly HashSet<Place?> _demanded = [];
    private readonly Dictionary<(string Lease, BigInteger Epoch), BigInteger> _objections = [];
    private ChainEvent? _coSettled;

    public CashReplay(ChainRecord chain, Roots roots, LeafBook leaves, Audit audit)
    {
        (_chain, _leaves, _audit) = (chain, leaves, audit);
        (_roots, _standing) = (roots.Posted.ToDictionary(r => r.Place), [.. roots.Standing]);
    }

    public IReadOnlyDictionary<string, LeaseLedger> Leases => _leases;

    public void Run()
    {
        Place? last = null;
        foreach (var e in _chain.Events)
        {
            if (e.Place == last) _audit.Findings.Require(false, "log-twice", $"{e.Place}", $"{e.Name} is given twice");
            last = e.Place;
            Apply(e);
        }
    }

    private void Apply(ChainEvent e)
    {
        switch (e.Name)
        {
            case "LeaseOriginated": Originate(e); break;
            case "EpochPosted": _posted[e["epoch"]] = _roots[e.Place]; break;
            case "TransferSingle": Move(e, e["id"], e["value"]); break;
            case "TransferBatch":
                foreach (var (id, value) in e.List("ids").Zip(e.List("values"))) Move(e, id, value);
                break;
            case "RootsCancelled":
                foreach (var epoch in _posted.Keys.Where(epoch => epoch >= e["epoch"]).ToList()) _posted.Remove(epoch);
                break;
            case "RevealDemanded": _demanded.Add(_posted.GetValueOrDefault(e["epoch"])?.Place); break;
            case "Funded": With(e, lease => lease.Fund(e["kind"], e["amount"])); break;
            case "DepositPaid": With(e, lease => PayDeposit(e, lease)); break;
            case "DepositUsed": With(e, lease => UseDeposit(e, lease)); break;
            case "LeaseExited" or "LeaseDefaulted" or "Shortened": With(e, lease => EndingAudit.Apply(e, lease, _leaves.Terms.GetValueOrDefault(lease.Facts.Id), _chain, _audit)); break;
            case "Objected": With(e, lease => Object(e, lease)); break;
            case "ObjectionResolved" or "HeldBack": With(e, lease => ObjectionAudit.Apply(e, lease, _objections, _audit)); break;
            case "CoSettled": _coSettled = e; break;
            case "Synced": With(e, lease => Sync(e, lease)); break;
            case "Claimed": With(e, lease => Claim(e, lease)); break;
            case "ProviderPaid": With(e, lease => lease.ProviderPaid += Paid(e, "provider-paid", lease.ProviderDue, lease.Facts.Provider, "provider")); break;
            case "FeeCollected": With(e, lease => lease.FeePaid += Paid(e, "fee-collected", lease.FeeDue, null, "recipient")); break;
            case "Refunded": With(e, lease => Refund(e, lease)); break;
        }
    }

    private void With(ChainEvent e, Action<LeaseLedger> act)
    {
        if (_leases.TryGetValue(e.Hash("id"), out var lease)) act(lease);
        else _audit.Findings.Require(false, "lease-unknown", $"{e.Hash("id")} {e.Place}", $"{e.Name} of a lease that was never originated");
    }

    private void Originate(ChainEvent e)
    {
        var id = e.Hash("id");
        if (OriginationAudit.FactsOf(id, _chain, _leaves, _audit) is not { } facts) return;
        if (!_audit.Findings.Require(_leases.TryAdd(id, new(facts)), "lease-twice", id, "is originated a second time")) return;
        OriginationAudit.CheckEvent(e, facts, _leaves.Terms.GetValueOrDefault(id), _audit);
    }

    private void Move(ChainEvent e, BigInteger id, BigInteger units)
    {
        var lease = Hashing.Hex(Hashing.Word(id));
        if (!_leases.TryGetValue(lease, out var ledger))
        {
            _audit.Findings.Require(false, "lease-unknown", $"{lease} {e.Place}", "units move of a lease that was never originated");
            return;
        }
        var (from, to) = (e.Account("from"), e.Account("to"));
        ledger.Move(from, to, units);
        if (ledger.Holdings.TryGetValue(from, out var holding))
            _audit.Findings.Require(holding.Balance.Sign >= 0, "units", $"{lease} {from} {e.Place}", $"moves {units} units and had {holding.Balance + units}");
        _audit.Count("moves of units replayed");
    }

    private void Sync(ChainEvent e, LeaseLedger lease)
    {
        var (epoch, where) = (e["epoch"], $"{lease.Facts.Id} epoch {e["epoch"]} {e.Place}");
        _audit.Findings.Require(epoch >= lease.LastEpoch && epoch >= lease.Facts.StartEpoch && epoch <= lease.End, "sync-epoch", where,
            $"is applied after epoch {lease.LastEpoch}, of a lease from {lease.Facts.StartEpoch} to {lease.End}");
        var owed = IsCoSettlement(e) ? CoSettled(e, where) : OwedByLeaf(e, lease, where);
        // A second application of one leaf may only pay what the first fell short of.
        var code = lease.LastEpoch == epoch && e["applied"] > lease.Applied ? "double-sync" : "sync-applied";
        _audit.Findings.Equal(code, $"{where} applied", lease.ApplicableOf(owed, epoch), e["applied"], "is not what is owed, within funds and cap");
        lease.Sync(owed, epoch, e["applied"]);
        _audit.Count("applications of leaves replayed");
    }

    /// <summary>LeaseBook speaks of it just before LeaseClaims applies it.</summary>
    private bool IsCoSettlement(ChainEvent e) =>
        _coSettled is { } said && said.Place.Transaction == e.Place.Transaction && said["id"] == e["id"] && said["epoch"] == e["epoch"] && e.Place.Index == said.Place.Index + 1;

    private BigInteger CoSettled(ChainEvent e, string where)
    {
        _audit.Findings.Equal("sync-leaf", $"{where} rent", _coSettled!["rent"], e["rent"], "is not the rent that both parties signed");
        _audit.Count("settlements by both parties");
        return _coSettled["rent"];
    }

    private BigInteger OwedByLeaf(ChainEvent e, LeaseLedger lease, string where)
    {
        CheckRoot(e, e["epoch"], where);
        if (_leaves.Rent(lease.Facts.Id, e["epoch"]) is not { } rent)
        {
            _audit.Unread.Add($"the leaf of {lease.Facts.Id} in epoch {e["epoch"]}, which was applied");
            return e["rent"];
        }
        var again = lease.LastEpoch == e["epoch"];
        _audit.Findings.Equal(again ? "double-sync" : "sync-leaf", $"{where} rent", rent, e["rent"], again ? "is applied a second time, with another rent than the leaf's" : "is not the rent of the leaf");
        return rent;
    }

    /// <summary>A root counts when its window is over, which a demand to reveal doubles, and never before the root before it.</summary>
    private BigInteger? ActiveAt(BigInteger epoch)
    {
        if (!_posted.TryGetValue(epoch, out var root)) return null;
        BigInteger own = root.Time + _chain.Ledger.ChallengeWindow * (_demanded.Contains(root.Place) ? 2 : 1);
        // Roots posted a window before this one were active when it was posted: no need to go further back.
        for (var before = epoch - 1; _posted.TryGetValue(before, out var earlier) && earlier.Time + 2 * _chain.Ledger.ChallengeWindow > root.Time; before--)
            own = BigInteger.Max(own, earlier.Time + _chain.Ledger.ChallengeWindow * (_demanded.Contains(earlier.Place) ? 2 : 1));
        return own;
    }

    private void CheckRoot(ChainEvent e, BigInteger epoch, string where)
    {
        var at = _chain.BlockTimes[e.Place.Block];
        if (ActiveAt(epoch) is { } active) _audit.Findings.Require(at >= active, "sync-early", where, $"is applied at {at}, and its root can be challenged until {active}");
        else _audit.Findings.Require(false, "sync-early", where, "is applied, and no root of its epoch stands");
    }

    /// <summary>The files are of roots that stand: what was objected to under a root that was cancelled later they do not show.</summary>
    private void Object(ChainEvent e, LeaseLedger lease)
    {
        var id = lease.Facts.Id;
        if (_posted.TryGetValue(e["epoch"], out var root) && _standing.Contains(root) && _leaves.Terms.TryGetValue(id, out var terms) && _leaves.Rent(id, e["epoch"]) is { } rent)
            ObjectionAudit.CheckAmounts(e, rent - (_leaves.Rent(id, e["epoch"] - 1) ?? 0), RentRule.Minimum(terms, _chain.Ledger.EpochLength), _audit);
        ObjectionAudit.Apply(e, lease, _objections, _audit);
    }

    private void PayDeposit(ChainEvent e, LeaseLedger lease)
    {
        lease.PayDeposit(e["amount"]);
        if (_leaves.Terms.TryGetValue(lease.Facts.Id, out var terms))
            _audit.Findings.Equal("lease-terms", $"{lease.Facts.Id} deposit", terms["deposit"], lease.Deposit, "is not the deposit of its terms");
    }

    private void UseDeposit(ChainEvent e, LeaseLedger lease)
    {
        _audit.Findings.Equal("deposit", $"{lease.Facts.Id} {e.Place}", lease.Deposit, e["amount"], "is not the deposit that stood");
        lease.UseDeposit();
        _audit.Count("deposits used");
    }

    private void Claim(ChainEvent e, LeaseLedger lease)
    {
        var holding = lease.Of(e.Account("holder"));
        holding.Credit(lease.Shares.PerUnit);
        _audit.Findings.Equal("claimed", $"{lease.Facts.Id} {e.Account("holder")} {e.Place}", holding.Accrued, e["amount"], "is paid another amount than it has earned");
        holding.Accrued -= e["amount"];
        _audit.Count("claims replayed");
    }

    /// <summary>Only the provider itself can name another address than its own, which the contract sees to.</summary>
    private BigInteger Paid(ChainEvent e, string code, BigInteger due, string? to, string recipient)
    {
        _audit.Findings.Equal(code, $"{e.Hash("id")} {e.Place}", due, e["amount"], "is another amount than its share");
        if (to is not null && to != e.Account(recipient)) _audit.Findings.Note($"{e.Hash("id")} {e.Place}: the provider {to} was paid at {e.Account(recipient)}.");
        _audit.Count("payments of providers and platform replayed");
        return e["amount"];
    }

    private void Refund(ChainEvent e, LeaseLedger lease)
    {
        var where = $"{lease.Facts.Id} {e.Place}";
        _audit.Findings.Require(lease.IsFinal, "refunded", where, "is refunded before its final leaf is applied in full");
        _audit.Findings.Equal("refunded", where, lease.Escrow + lease.Deposit, e["amount"], "is another amount than the unused escrow and deposit");
        if (lease.Facts.Lessee is { } lessee && lessee != e.Account("to")) _audit.Findings.Note($"{where}: the lessee {lessee} was refunded at {e.Account("to")}.");
        lease.Refund();
        _audit.Count("refunds replayed");
    }
}
