using System.Text.Json;
using ComputeRwa.Chain;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;

namespace ComputeRwa.Settlement;

/// <summary>
/// The published epoch file (docs/epoch-file.md): all that an outsider needs beside the telemetry to recompute the root.
/// The same epoch gives the same bytes, which are ASCII; <c>dataHash</c> is their keccak256, so the file does not hold it.
/// </summary>
internal static class EpochFile
{
    public const string Format = "computerwa-epoch/1";

    /// <summary>Types of an <see cref="EpochLeaf"/> in order, as StandardMerkleTree takes them.</summary>
    public static readonly IReadOnlyList<string> LeafEncoding =
        ["uint256", "uint32", "uint96", "uint64", "uint256", "uint64", "uint64", "uint64", "uint64", "bytes32"];

    public static byte[] Write(ClosedEpoch epoch, Deployment deployment)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            WriteHeader(json, epoch, deployment);
            json.WriteStartArray("leases");
            foreach (var lease in epoch.Leases) WriteLease(json, lease);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    private static void WriteHeader(Utf8JsonWriter json, ClosedEpoch epoch, Deployment deployment)
    {
        json.WriteString("format", Format);
        json.WriteNumber("chainId", deployment.ChainId);
        json.WriteStartObject("contracts");
        json.WriteString("leaseBook", deployment.Contracts.LeaseBook);
        json.WriteString("leaseClaims", deployment.Contracts.LeaseClaims);
        json.WriteString("epochLedger", deployment.Contracts.EpochLedger);
        json.WriteString("eligibility", deployment.Contracts.Eligibility);
        json.WriteEndObject();
        json.WriteNumber("epoch", epoch.Epoch);
        json.WriteNumber("epochLength", deployment.EpochLength);
        json.WriteNumber("attempt", epoch.Attempt);
        json.WriteString("previousRoot", epoch.PreviousRoot.Value);
        json.WriteString("root", epoch.Root.Value);
        json.WriteStartArray("leafEncoding");
        foreach (var type in LeafEncoding) json.WriteStringValue(type);
        json.WriteEndArray();
        json.WriteStartObject("totals");
        json.WriteNumber("leases", epoch.Totals.Leases);
        json.WriteInteger("rent", epoch.Totals.Rent);
        json.WriteInteger("gpuSeconds", epoch.Totals.GpuSeconds);
        json.WriteInteger("wattHours", epoch.Totals.WattHours);
        json.WriteEndObject();
    }

    private static void WriteLease(Utf8JsonWriter json, SettledLease settled)
    {
        var lease = settled.Lease;
        json.WriteStartObject();
        json.WriteString("leaseId", lease.Id.Value);
        json.WriteTerms("terms", lease.Terms);
        json.WriteStartArray("gpus");
        foreach (var gpu in lease.Gpus) WriteGpu(json, gpu);
        json.WriteEndArray();
        json.WriteNumber("pueBps", lease.PueBps);
        json.WriteNumber("heatReuseBps", lease.HeatReuseBps);
        json.WriteStartArray("curtailments");
        foreach (var time in lease.Curtailments) WriteCurtailment(json, time);
        json.WriteEndArray();
        if (lease.Record is null) json.WriteNull("record");
        else json.WriteRecord("record", lease.Record);
        if (settled.Rent is null) json.WriteNull("rent");
        else WriteRent(json, settled.Rent);
        if (lease.Previous is null) json.WriteNull("previousLeaf");
        else json.WriteLeaf("previousLeaf", lease.Previous);
        json.WriteLeaf("leaf", settled.Leaf);
        json.WriteEndObject();
    }

    private static void WriteGpu(Utf8JsonWriter json, GpuLet gpu)
    {
        json.WriteStartObject();
        json.WriteString("nodeId", gpu.NodeId);
        json.WriteString("nodeKey", gpu.NodeKey.Value);
        json.WriteString("uuid", gpu.Uuid);
        json.WriteEndObject();
    }

    private static void WriteCurtailment(Utf8JsonWriter json, CurtailedTime time)
    {
        json.WriteStartObject();
        json.WriteNumber("from", time.From);
        json.WriteNumber("to", time.To);
        json.WriteEndObject();
    }

    private static void WriteRent(Utf8JsonWriter json, Rent rent)
    {
        json.WriteStartObject("rent");
        json.WriteInteger("gross", rent.Gross);
        json.WriteInteger("slaCredit", rent.SlaCredit);
        json.WriteInteger("efficiency", rent.Efficiency);
        json.WriteInteger("curtailmentCredit", rent.CurtailmentCredit);
        json.WriteInteger("net", rent.Net);
        json.WriteEndObject();
    }
}
