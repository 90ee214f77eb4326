using System.Globalization;
using System.Numerics;
using System.Text;

namespace ComputeRwa.Demo;

/// <summary>
/// What the seven days came to: leases side by side, all of it read back from the API. The same seed prints the same bytes, so nothing
/// in it may depend on when or where it ran.
/// </summary>
internal static class Table
{
    private const int LabelWidth = 32;
    private const int ColumnWidth = 17;
    private static readonly string[] Methods = ["fixed", "metered", "indexed", "revenue share"];

    public static async Task<string> Read(Api api, Seed seed)
    {
        var transactions = await api.All<TransactionView>("/v1/transactions");
        var bySubject = transactions.ToLookup(t => t.Subject);
        var leases = new List<LeaseFigures>();
        foreach (var lease in await InStoryOrder(api, seed)) leases.Add(await LeaseFigures.Read(api, lease, bySubject));
        var text = new StringBuilder();
        var epochs = await api.All<EpochView>("/v1/epochs");
        Rows(text, leases, seed, epochs);
        Conservation(text, leases, await api.Get<Reconciliation>("/v1/reconciliation"));
        foreach (var (lease, let) in leases.Zip(World.Leases).Where(l => l.First.Lease.Status == "defaulted")) Default(text, lease, let);
        foreach (var epoch in epochs.OrderBy(e => e.Epoch)) await Disputes(text, api, epoch.Epoch);
        Transactions(text, transactions, epochs, await api.Get<ChainView>("/v1/chain"));
        return text.ToString();
    }

    /// <summary>Only the story's own leases, by the salt that their parties signed: others may have been made since.</summary>
    private static async Task<IEnumerable<LeaseAccount>> InStoryOrder(Api api, Seed seed)
    {
        var all = (await api.All<LeaseAccount>("/v1/leases")).ToDictionary(l => l.Terms.Salt);
        return World.Leases.Select((_, i) => all.GetValueOrDefault(seed.Word($"salt {i}"))
            ?? throw new DemoException("The demonstration's leases are not there yet: run it without --table-only first."));
    }

    private static void Rows(StringBuilder text, List<LeaseFigures> leases, Seed seed, List<EpochView> epochs)
    {
        var keys = new Keys(seed);
        Row(text, $"Seven days, amounts in {leases[0].Lease.Escrow.Currency}", World.Leases.Select(l => $"Lease {l.Name}"), "Total");
        Rule(text);
        Row(text, "Token id, first bytes", leases.Select(l => l.Lease.Id[..14]));
        Row(text, "Lessee", World.Leases.Select(l => l.Lessee));
        Row(text, "GPU model", leases.Select(l => l.Lease.GpuModel));
        Row(text, "GPUs", leases.Select(l => $"{l.Lease.Terms.GpuCount}"), $"{leases.Sum(l => l.Lease.Terms.GpuCount)}");
        Row(text, "Method", leases.Select(l => Methods[l.Lease.Terms.Method]));
        Row(text, "Days", leases.Select(l => l.Lease.Days == l.Lease.Terms.Epochs ? $"{l.Lease.Days}" : $"{l.Lease.Days} of {l.Lease.Terms.Epochs}"));
        Row(text, "Price of a GPU-hour", leases.Select(l => l.Lease.PricePerGpuHour?.Amount ?? ""));
        Row(text, "  at least", leases.Select(l => l.Lease.FloorPricePerGpuHour?.Amount ?? ""));
        Row(text, "  at most", leases.Select(l => l.Lease.CeilingPricePerGpuHour?.Amount ?? ""));
        Rule(text);
        Sum(text, "GPU-hours let", leases, l => l.Sum("reserved"), Hours);
        Sum(text, "GPU-hours curtailed", leases, l => l.Sum("excused"), Hours);
        Sum(text, "GPU-hours available", leases, l => l.Sum("available"), Hours);
        Row(text, "Load (SM-active)", leases.Select(l => Percent(LeaseFigures.MeanLoad([l]))), Percent(LeaseFigures.MeanLoad(leases)));
        Sum(text, "IT energy, kWh", leases, l => l.Sum("energy"), wattHours => Fixed(wattHours, 3));
        Rule(text);
        Row(text, "Days without an index", leases.Select(l => l.Lease.Terms.Method == 2 ? $"{epochs.Count(e => e.StaleIndex.Contains(l.Lease.Id))}" : ""));
        Row(text, "Revenue reported", leases.Select(l => l.Lease.Terms.Method == 3 ? Dollars(l.SumOfInput("share", "revenue")) : ""));
        Rule(text);
        Sum(text, "Gross rent", leases, l => l.Parts("gross"), Dollars);
        Sum(text, "SLA credit", leases, l => -l.Parts("slaCredit"), Dollars);
        Sum(text, "Curtailment credit", leases, l => -l.Parts("curtailmentCredit"), Dollars);
        Sum(text, "Efficiency", leases, l => l.Parts("efficiency"), Dollars);
        Sum(text, "Rent", leases, l => l.Sum("rent"), Dollars);
        Sum(text, "Heat income", leases, l => l.Cash("funded", "heat"), Dollars);
        Rule(text);
        for (var i = 0; i < World.Holders.Count; i++)
            Sum(text, $"Paid to {World.Holders[i]}", leases, l => l.Claimed(keys.Of($"holder {i}").Address), Dollars);
        Sum(text, "Paid to provider for kept units", leases, l => l.Claimed(l.Lease.Terms.Provider), Dollars);
        Sum(text, "Paid to provider, its share", leases, l => l.Lease.ProviderPaid.BaseUnits(), Dollars);
        Sum(text, "Platform fee", leases, l => l.Lease.FeeCollected.BaseUnits(), Dollars);
        Sum(text, "Refunded to lessee", leases, l => l.Cash("refunded"), Dollars);
        Sum(text, "Gas", leases, l => l.Gas, gas => gas.ToString("N0", CultureInfo.InvariantCulture));
        Rule(text);
    }

    /// <summary>Every dollar that came in, and where it is now.</summary>
    private static void Conservation(StringBuilder text, List<LeaseFigures> leases, Reconciliation reconciliation)
    {
        (string Name, BigInteger Value)[] outflows =
        [
            ("paid to holders", All(l => l.ClaimedByAll)),
            ("paid to providers", All(l => l.Lease.ProviderPaid.BaseUnits())),
            ("fees", All(l => l.Lease.FeeCollected.BaseUnits())),
            ("refunded", All(l => l.Cash("refunded"))),
            ("still in escrow", All(l => l.Lease.Escrow.BaseUnits())),
            ("still to be claimed", All(l => l.Claimable)),
            ("residue, less than a base unit a unit", All(l => l.Residue)),
        ];
        (string Name, BigInteger Value)[] inflows =
        [
            ("funded for rent", All(l => l.Cash("funded"))), ("deposited", All(l => l.Cash("deposit-paid"))), ("paid for heat", All(l => l.Cash("funded", "heat"))),
        ];
        var left = Total(inflows) - Total(outflows);
        text.AppendLine(left.IsZero ? "Conservation holds, to the unit:" : $"Conservation FAILS, by {Dollars(left)}:");
        foreach (var (name, value) in inflows) text.AppendLine($"{(name == inflows[0].Name ? " " : "+")} {Dollars(value).PadLeft(ColumnWidth)} {name}");
        foreach (var (name, value) in outflows) text.AppendLine($"{(name == outflows[0].Name ? "=" : "+")} {Dollars(value).PadLeft(ColumnWidth)} {name}");
        var failing = reconciliation.Checks.Where(c => !c.Balanced).Select(c => c.Name).ToList();
        text.AppendLine(CultureInfo.InvariantCulture, $"Reconciliation {(reconciliation.Balanced ? "balanced" : "NOT BALANCED")}: database, chain and Merkle evidence agree in {reconciliation.Checks.Count - failing.Count} of {reconciliation.Checks.Count} checks{(failing.Count == 0 ? "" : $"; not in {string.Join(", ", failing)}")}");

        static BigInteger Total(IEnumerable<(string Name, BigInteger Value)> flows) => flows.Aggregate(BigInteger.Zero, (total, f) => total + f.Value);

        BigInteger All(Func<LeaseFigures, BigInteger> of) => leases.Aggregate(BigInteger.Zero, (total, l) => total + of(l));
    }

    private static void Default(StringBuilder text, LeaseFigures lease, Let let)
    {
        var account = lease.Lease;
        text.AppendLine(CultureInfo.InvariantCulture,
            $"Default of lease {let.Name}: it ended with epoch {account.LastEpoch} instead of {account.Terms.StartEpoch + account.Terms.Epochs - 1}; its deposit of {Dollars(lease.Cash("deposit-paid"))} counted as escrow");
        text.AppendLine(CultureInfo.InvariantCulture,
            $"  {Dollars(account.Applied.BaseUnits())} of rent were paid for its {account.Days} days, {account.Arrears.Amount} are in arrears, {Dollars(lease.Cash("refunded"))} went back to the lessee");
    }

    /// <summary>Roots that were challenged away and what that cost whom, and steps that somebody demanded to see.</summary>
    private static async Task Disputes(StringBuilder text, Api api, long epoch)
    {
        var feed = await api.All<FeedEvent>($"/v1/events?subject={epoch}");
        foreach (var data in feed.Where(e => e.Type == "epoch.cancelled").Select(e => e.Data))
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"Challenge won: a false root of epoch {epoch} was cancelled, and the epoch posted again with attempt {data.GetProperty("attempt").GetInt64() + 1}");
            text.AppendLine($"  of the attestors' bond {Bond("reward")} went to the challenger and {Bond("burned")} burned");

            string Bond(string share) => Dollars(BigInteger.Parse(data.GetProperty(share).GetString()!, CultureInfo.InvariantCulture));
        }
        foreach (var data in feed.Where(e => e.Type == "epoch.reveal-demanded").Select(e => e.Data))
            text.AppendLine($"Demand {(data.GetProperty("answered").GetBoolean() ? "answered" : "NOT ANSWERED")}: somebody put up a bond to see a step of epoch {epoch}");
    }

    /// <summary>
    /// A root's gas varies by a few units with the zero bytes of its signatures, so it is shown up to the next thousand. The first roots, and one
    /// that replaces a cancelled one, fill an empty place of the ledger's ring; later ones overwrite a place.
    /// </summary>
    private static void Transactions(StringBuilder text, List<TransactionView> transactions, List<EpochView> epochs, ChainView chain)
    {
        var roots = transactions.Where(t => t.Kind == "post").ToList();
        var ring = (int)((chain.ChallengeWindow + chain.EpochLength - 1) / chain.EpochLength + 2);
        var replaced = epochs.Where(e => e.Attempt > 0).Select(e => e.Epoch.ToString(CultureInfo.InvariantCulture)).ToHashSet();
        var isFirst = roots.Select((t, i) => (t, First: i < ring || replaced.Contains(t.Subject ?? ""))).ToLookup(r => r.First, r => r.t.GasUsed ?? 0);
        text.AppendLine($"{roots.Count} epoch roots for all leases and holders together, at most {Most(isFirst[false])} gas each; {Most(isFirst[true])} where it fills an empty place of the ring");
        var kinds = transactions.GroupBy(t => t.Kind).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Count()} {g.Key}");
        text.AppendLine(CultureInfo.InvariantCulture, $"{transactions.Count} transactions: {string.Join(", ", kinds)}");

        static string Most(IEnumerable<long> gas) => ((gas.Max() + 999) / 1_000 * 1_000).ToString("N0", CultureInfo.InvariantCulture);
    }

    private static void Sum(StringBuilder text, string label, List<LeaseFigures> leases, Func<LeaseFigures, BigInteger> of, Func<BigInteger, string> show) =>
        Row(text, label, leases.Select(l => show(of(l))), show(leases.Aggregate(BigInteger.Zero, (total, l) => total + of(l))));

    private static void Row(StringBuilder text, string label, IEnumerable<string> cells, string total = "") =>
        text.AppendLine($"{label.PadRight(LabelWidth)}{string.Concat(cells.Append(total).Select(c => c.PadLeft(ColumnWidth)))}".TrimEnd());

    private static void Rule(StringBuilder text) => text.AppendLine(new string('─', LabelWidth + (World.Leases.Count + 1) * ColumnWidth));

    private static string Dollars(BigInteger baseUnits) => Fixed(baseUnits, 6);

    private static string Hours(BigInteger seconds) => Fixed(seconds * 100 / 3_600, 2);

    private static string Percent(BigInteger bps) => $"{Fixed(bps, 2)} %";

    private static string Fixed(BigInteger value, int decimals)
    {
        var scale = BigInteger.Pow(10, decimals);
        var (whole, rest) = (BigInteger.Abs(value) / scale, BigInteger.Abs(value) % scale);
        return $"{(value.Sign < 0 ? "-" : "")}{whole.ToString("N0", CultureInfo.InvariantCulture)}.{rest.ToString(CultureInfo.InvariantCulture).PadLeft(decimals, '0')}";
    }
}
