using System.Numerics;
using ComputeRwa.Kernel;

namespace ComputeRwa.Leases;

/// <summary>Turns what was asked for into terms, or names every field that stands in the way.</summary>
internal static class Drafting
{
    public const int MostGpus = 4_096;
    /// <summary>The contract takes 64 bits; up to here units are exact numbers in every JSON reader.</summary>
    public const long MostUnits = (1L << 53) - 1;
    private const long Bps = 10_000;
    /// <summary>LeaseClaims counts epochs in 24 bits.</summary>
    private const long MostEpochs = (1 << 24) - 1;

    /// <summary>LeaseBook refuses terms that could cost more in all: checkpoints count in 88 bits.</summary>
    private static readonly BigInteger MostRent = (BigInteger.One << 88) - 1;

    public static Result<LeaseDraft> Check(DraftLease asked, DraftContext context)
    {
        var fields = new Fields();
        var (model, region) = Described(asked, fields);
        var gpus = LetGpus(asked, context, fields);
        CheckPeriod(asked, context, fields);
        CheckShares(asked, fields);
        var pricing = DraftedPricing.Check(asked.Pricing, context.PayToken, fields);
        var deposit = Deposit(asked.Deposit, context.PayToken, fields);
        var lessee = fields.Address(asked.Lessee, "lessee");
        fields.Require(lessee != context.Provider.Address, "lessee", "must not be the provider itself");
        var salt = asked.Salt is null ? context.Salt : fields.Hash(asked.Salt, "salt");
        if (fields.Error is { } error) return error;

        var terms = new LeaseTerms(
            context.Provider.Address, lessee, context.PayToken.Address, model, region, (uint)gpus.Count, Capacity.Root(gpus),
            (uint)asked.StartEpoch, (uint)asked.Epochs, pricing.Method, pricing.Price, pricing.Floor, pricing.Ceiling, pricing.RateBps, (ushort)asked.Pricing.TakeOrPayBps,
            (ushort)asked.Sla.AvailabilityBps, (ushort)asked.Sla.CreditSlope, (ushort)asked.Sla.CreditCapBps,
            (ulong)asked.Efficiency.Target, (ushort)asked.Efficiency.SlopeBps, (ushort)asked.Efficiency.CapBps,
            (ushort)asked.Interruption.LimitBps, (ushort)asked.Interruption.CreditBps, (ushort)asked.Split.PoolBps, (ushort)asked.Split.FeeBps,
            (uint)asked.NoticeEpochs, (ushort)asked.GraceEpochs, deposit, (ulong)asked.Units, (ushort)asked.Policy, salt);
        var cap = Rent.CapPerEpoch(terms, context.EpochSeconds);
        if (cap.IsZero) return Error.Invalid(pricing.HighestPriceField, "makes the rent of every epoch zero");
        if (cap * terms.Epochs > MostRent) return Error.Invalid(pricing.HighestPriceField, "is too high for so many GPUs and epochs");
        if (cap * terms.NoticeEpochs + deposit > MostRent) return Error.Invalid("deposit", "is too high beside the escrow of the notice epochs");
        return new LeaseDraft(terms, context.Site!.Id, gpus, cap);
    }

    private static (ShortText Model, ShortText Region) Described(DraftLease asked, Fields fields)
    {
        fields.Require(ShortText.TryParse(asked.GpuModel, out var model), "gpuModel", "must have 1 to 32 visible ASCII characters");
        fields.Require(ShortText.TryParse(asked.Region, out var region), "region", "must have 1 to 32 visible ASCII characters");
        return (model, region);
    }

    /// <summary>All GPUs are known, named once, of this provider, of the model of the terms and at one site in the region of the terms.</summary>
    private static List<LeasedGpu> LetGpus(DraftLease asked, DraftContext context, Fields fields)
    {
        if (!fields.Require(asked.Gpus.Count is >= 1 and <= MostGpus, "gpus", $"must name 1 to {MostGpus} GPUs")) return [];
        if (context.Site is { } site) fields.Require(site.Place.Region == asked.Region, "region", $"is not that of the GPUs' site, {site.Place.Region}");
        var seen = new HashSet<string>();
        var gpus = new List<LeasedGpu>();
        for (var i = 0; i < asked.Gpus.Count; i++)
            if (LetGpuAt(i, asked, context, fields) is { } gpu && fields.Require(seen.Add(gpu.Uuid), $"gpus[{i}].uuid", "is named twice")) gpus.Add(gpu);
        return Capacity.InOrder(gpus);
    }

    private static LeasedGpu? LetGpuAt(int i, DraftLease asked, DraftContext context, Fields fields)
    {
        if (asked.Gpus[i] is not { } named)
        {
            fields.Require(false, $"gpus[{i}]", "must not be null");
            return null;
        }
        if (!context.Gpus.TryGetValue(named.Uuid, out var gpu))
        {
            fields.Require(false, $"gpus[{i}].uuid", "is not a registered GPU");
            return null;
        }
        var good = fields.Require(gpu.NodeId.Value == named.NodeId, $"gpus[{i}].nodeId", "is not the node of that GPU")
            & fields.Require(gpu.ProviderId == context.Provider.Id, $"gpus[{i}]", "belongs to another provider")
            & fields.Require(gpu.SiteId == context.Site?.Id, $"gpus[{i}]", "stands at another site than the first")
            & fields.Require(gpu.GpuModel == asked.GpuModel, $"gpus[{i}]", $"is a {gpu.GpuModel}");
        return good ? new(gpu.NodeId, gpu.NodeKey, gpu.Uuid) : null;
    }

    private static void CheckPeriod(DraftLease asked, DraftContext context, Fields fields)
    {
        fields.Require(asked.StartEpoch > context.PresentEpoch && asked.StartEpoch < uint.MaxValue, "startEpoch",
            $"must be after the present epoch, {context.PresentEpoch}");
        var most = Math.Clamp(uint.MaxValue - Math.Clamp(asked.StartEpoch, 0, uint.MaxValue), 1, MostEpochs);
        fields.Require(asked.Epochs >= 1, "epochs", "must be at least 1: terms may not end before they start");
        fields.Require(asked.Epochs <= most, "epochs", $"must be at most {most}");
        fields.Require(asked.NoticeEpochs >= 1 && asked.NoticeEpochs <= asked.Epochs, "noticeEpochs", "must be 1 to epochs");
        fields.Require(asked.GraceEpochs >= 0 && asked.GraceEpochs < asked.NoticeEpochs && asked.GraceEpochs <= ushort.MaxValue, "graceEpochs",
            "must be fewer than noticeEpochs, whose escrow pays for them");
    }

    private static void CheckShares(DraftLease asked, Fields fields)
    {
        Within(asked.Pricing.TakeOrPayBps, Bps, "pricing.takeOrPayBps", fields);
        Within(asked.Sla.AvailabilityBps, Bps, "sla.availabilityBps", fields);
        Within(asked.Sla.CreditSlope, ushort.MaxValue, "sla.creditSlope", fields);
        Within(asked.Sla.CreditCapBps, Bps, "sla.creditCapBps", fields);
        Within(asked.Efficiency.Target, long.MaxValue, "efficiency.target", fields);
        Within(asked.Efficiency.SlopeBps, ushort.MaxValue, "efficiency.slopeBps", fields);
        Within(asked.Efficiency.CapBps, Bps, "efficiency.capBps", fields);
        Within(asked.Interruption.LimitBps, Bps, "interruption.limitBps", fields);
        Within(asked.Interruption.CreditBps, Bps, "interruption.creditBps", fields);
        Within(asked.Split.PoolBps, Bps, "split.poolBps", fields);
        Within(asked.Split.FeeBps, Bps - Math.Clamp(asked.Split.PoolBps, 0, Bps), "split.feeBps", fields);
        fields.Require(asked.Units is >= 1 and <= MostUnits, "units", $"must be 1 to {MostUnits}");
        Within(asked.Policy, ushort.MaxValue, "policy", fields);
    }

    private static void Within(long value, long most, string field, Fields fields) =>
        fields.Require(value >= 0 && value <= most, field, $"must be 0 to {most}");

    private static BigInteger Deposit(string text, PayToken token, Fields fields)
    {
        fields.Require(Money.TryParse(text, token, out var deposit) && deposit.BaseUnits <= MostRent, "deposit",
            $"must be a decimal with at most {token.Decimals} fraction digits, 0 for none");
        return deposit.BaseUnits;
    }
}
