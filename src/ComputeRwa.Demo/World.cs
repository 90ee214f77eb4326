namespace ComputeRwa.Demo;

/// <summary>A lessor and its one site. bps are ten-thousandths.</summary>
/// <param name="Capture">the nvidia-smi capture that its inventory repeats</param>
/// <param name="PriceSlug">the GPU's name in the price file</param>
internal sealed record Lessor(
    string Name, string Site, string Region, double Latitude, double Longitude, long PueBps, double PowerPriceUsdPerMwh, long RenewableBps, long HeatReuseBps,
    string NodePrefix, string GpuModel, string Capture, string PriceSlug);

/// <summary>How a lessee loads its GPUs: a band of one AcmeTrace cluster's SM-active distribution, and the model it serves at full load.</summary>
/// <param name="LowestPermille">percentiles below this are not drawn: a tenant that never idles that long</param>
/// <param name="Requests">the request trace that says when it is busy: <c>conv</c> or <c>code</c>; null for one that walks through its band</param>
internal sealed record Workload(string Cluster, int LowestPermille, string Model, string? Requests = null);

/// <summary>One lease of the story. <c>Days</c> count from the first.</summary>
internal sealed record Let(
    string Name, string Lessee, int Lessor, int FirstNode, int Nodes, int Days, Pricing Pricing,
    Sla Sla, Efficiency Efficiency, Interruption Interruption, SplitTerms Split, int NoticeEpochs, int Units, int Policy,
    Workload Workload, IReadOnlyList<int> Holdings, Credit? Credit = null);

/// <summary>How far a lessee is trusted.</summary>
/// <param name="GraceEpochs">how many epochs' cover it may be behind before it can be declared in default</param>
/// <param name="DepositHours">security deposit, in hours of rent</param>
internal sealed record Credit(int GraceEpochs, int DepositHours);

/// <summary>What a GPU-hour costs. Prices are parts per thousand of the day's quote.</summary>
/// <param name="RateBps">indexed: factor on the index; revenue-share: the share</param>
internal sealed record Pricing(string Method, int PricePermille, int TakeOrPayBps, int FloorPermille, int CeilingPermille, int RateBps)
{
    public const string IndexMethod = "indexed";
    public const string ShareMethod = "revenue-share";

    public static Pricing Fixed(int permille) => new("fixed", permille, 0, 0, 0, 0);
    public static Pricing Metered(int permille, int takeOrPayBps) => new("metered", permille, takeOrPayBps, 0, 0, 0);
    public static Pricing Indexed(int rateBps, int floorPermille, int ceilingPermille) => new(IndexMethod, 0, 0, floorPermille, ceilingPermille, rateBps);
    public static Pricing Share(int rateBps, int floorPermille, int ceilingPermille) => new(ShareMethod, 0, 0, floorPermille, ceilingPermille, rateBps);
}

internal sealed record Sla(int AvailabilityBps, int CreditSlope, int CreditCapBps);

/// <param name="Target">busy GPU-seconds per IT kWh; 0 = no adjustment</param>
internal sealed record Efficiency(int Target, int SlopeBps, int CapBps);

internal sealed record Interruption(int LimitBps, int CreditBps);

internal sealed record SplitTerms(int PoolBps, int FeeBps);

/// <summary>
/// The story that the demonstration tells, as data: who is there, what is let on which terms, and what happens on which day.
/// Days are counted from 0; hours are UTC.
/// </summary>
internal static class World
{
    public const int Days = 7;
    public const int NodesPerSite = 8;
    public const int GpusPerNode = 8;

    /// <summary>The chain begins a day before, so that offers can be signed, quoted and funded first.</summary>
    public static readonly DateTimeOffset FirstDay = new(2026, 8, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Every signature expires here. One fixed moment, so that the same seed signs the same bytes.</summary>
    public static readonly DateTimeOffset Deadline = FirstDay.AddDays(60);

    // Power prices: 2024 means of ERCOT and DE-LU (data/LICENSES.md).
    public static readonly IReadOnlyList<Lessor> Lessors =
    [
        new("Caprock Compute", "Sweetwater", "US-TX", 32.47, -100.41, 11_800, 28.08, 6_400, 0,
            "tx", "H100-SXM5-80GB", "nvidia-smi_h100-80gb-hbm3_590.48.01.txt", "h100-sxm"),
        new("Mainufer Rechenwerk", "Frankfurt-Griesheim", "DE-HE", 50.10, 8.60, 11_200, 84.58, 8_900, 3_500,
            "fra", "H200-SXM5-141GB", "nvidia-smi_h200_590.48.01.txt", "h200"),
    ];

    /// <summary>ML.ENERGY has no H200 rows; its board has the H100's chip and power limit, so H100 rows stand in.</summary>
    public static readonly IReadOnlyList<Let> Leases =
    [
        new("A", "Alcove Labs", 0, 0, 5, 7, Pricing.Fixed(920),
            new(9_950, 2, 3_000), new(0, 0, 0), new(0, 0), new(8_000, 100), 3, 100_000, 0,
            new("kalos", 300, "meta-llama/Llama-3.1-405B-Instruct-FP8"), [30_000, 25_000, 20_000, 15_000]),
        new("B", "Borealis AI", 0, 5, 2, 7, Pricing.Metered(1_100, 3_500),
            new(9_900, 1, 2_000), new(8_000, 1_500, 500), new(2_500, 1_500), new(7_000, 150), 4, 24_000, 1,
            new("seren", 0, "Qwen/Qwen3-235B-A22B-Instruct-2507-FP8", "code"), [6_000, 6_000, 3_000, 5_000]),
        new("C", "Corvus Robotics", 1, 0, 4, 7, Pricing.Indexed(9_500, 800, 1_050),
            new(9_900, 1, 2_500), new(10_500, 2_000, 800), new(2_000, 1_000), new(7_500, 100), 4, 1_000_000, 0,
            new("seren", 350, "meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8"), [400_000, 150_000, 250_000, 100_000]),
        new("D", "Dovetail Media", 1, 4, 4, 5, Pricing.Share(4_000, 600, 1_200),
            new(9_800, 3, 4_000), new(0, 0, 0), new(0, 0), new(8_500, 200), 5, 31_500, 1,
            new("kalos", 200, "Qwen/Qwen3-235B-A22B-Instruct-2507", "conv"), [7_000, 9_000, 7_500, 8_000]),
        new("E", "Emberline Video", 0, 7, 1, 7, Pricing.Fixed(1_000),
            new(9_900, 1, 2_000), new(0, 0, 0), new(0, 0), new(8_000, 100), 3, 8_000, 0,
            new("seren", 200, "Qwen/Qwen3-235B-A22B-Instruct-2507"), [3_000, 1_500, 2_500, 1_000], new(GraceEpochs: 1, DepositHours: 36)),
    ];

    public static readonly IReadOnlyList<string> Holders = ["Alder Income", "Birch Credit", "Cedar Family", "Dune Capital"];

    /// <summary>Node 1 of lease A says nothing from 08:00 to 16:00 on the third day: the SLA is missed.</summary>
    public static readonly Silence Breach = new(Day: 2, Lessor: 0, Node: 1, FromHour: 8, ToHour: 16);

    /// <summary>The grid calls on the fourth evening and lease B, which is interruptible, stands still for four hours.</summary>
    public static readonly Curtailment Curtailed = new(Day: 3, Lease: 1, FromHour: 16, ToHour: 20, "ERCOT conservation appeal");

    /// <summary>After the fourth day is synced, Alder sells units of lease A to Cedar, naming the day they are synced through.</summary>
    public static readonly Sale Sale = new(Day: 3, Lease: 0, Seller: 0, Buyer: 2, Units: 12_000);

    /// <summary>
    /// Leases are prefunded for their notice epochs, and the lessee, by signature, keeps the escrow that far ahead: it pays in on these days,
    /// before they are settled.
    /// </summary>
    public static readonly IReadOnlyList<TopUp> TopUps =
    [
        new(Day: 0, Lease: 0, Epochs: 2), new(Day: 0, Lease: 1, Epochs: 3), new(Day: 0, Lease: 2, Epochs: 2), new(Day: 0, Lease: 4, Epochs: 1),
        new(Day: 2, Lease: 0, Epochs: 2), new(Day: 2, Lease: 2, Epochs: 1),
    ];

    /// <summary>
    /// Lease E's lessee tops up once and never again. After the second day it is behind, after the third by more than its grace: the provider
    /// declares default. What is left in escrow and the deposit pay for two whole days more; half a day's deposit goes back.
    /// </summary>
    public static readonly Default Default = new(Day: 2, Lease: 4, LastDay: 4);

    /// <summary>On the second day, a Sunday, nobody computes the index: what follows it is settled at its floor.</summary>
    public const int DayWithoutIndex = 1;

    /// <summary>What the lessee of a revenue share takes in on a day, in cents: drawn, between these.</summary>
    public static readonly (int Least, int Most) RevenueCents = (450_000, 1_100_000);

    /// <summary>On the sixth day two attestors collude: their root has lease B's rent 250 dollars too high. An auditor has it cancelled.</summary>
    public static readonly Lie Lie = new(Day: 5, Lease: 1, Excess: 250_000_000, Liars: [0, 1], Auditor: "Elm Audit");

    /// <summary>On the last day the auditor asks to be shown lease A's step, though nobody hides it: the API answers by itself, and the root waits a second window.</summary>
    public static readonly Demanded Demanded = new(Day: 6, Lease: 0);

    /// <summary>When lease C has ended, the town's heating pays for the heat that was recovered from it, 4.5 cents a kWh.</summary>
    public static readonly Heat Heat = new(Day: 6, Lease: 2, Buyer: "Griesheim District Heating", PricePerKwh: 45_000);
}

internal sealed record Silence(int Day, int Lessor, int Node, int FromHour, int ToHour);

internal sealed record Curtailment(int Day, int Lease, int FromHour, int ToHour, string Reason);

internal sealed record Sale(int Day, int Lease, int Seller, int Buyer, int Units);

/// <param name="Epochs">how many epochs' cap is paid in</param>
internal sealed record TopUp(int Day, int Lease, int Epochs);

/// <param name="Day">after it is settled, default is declared</param>
/// <param name="LastDay">the lease then ends with it</param>
internal sealed record Default(int Day, int Lease, int LastDay);

internal sealed record Demanded(int Day, int Lease);

/// <param name="PricePerKwh">base units</param>
internal sealed record Heat(int Day, int Lease, string Buyer, long PricePerKwh);

/// <param name="Excess">base units</param>
/// <param name="Liars">which attestors collude</param>
internal sealed record Lie(int Day, int Lease, long Excess, IReadOnlyList<int> Liars, string Auditor);
