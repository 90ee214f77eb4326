using System.Globalization;
using System.Numerics;
using System.Text.Json;
using ComputeRwa.Leases;

namespace ComputeRwa.Settlement;

/// <summary>Our structs in JSON: 64 bits and more as decimal strings, smaller integers as numbers, bytes32 and lease ids as hex.</summary>
internal static class StructJson
{
    public static void WriteInteger(this Utf8JsonWriter json, string name, BigInteger value) =>
        json.WriteString(name, value.ToString(CultureInfo.InvariantCulture));

    public static void WriteTerms(this Utf8JsonWriter json, string name, LeaseTerms terms)
    {
        json.WritePropertyName(name);
        JsonSerializer.Serialize(json, LeaseTermsJson.Of(terms), JsonSerializerOptions.Web);
    }

    public static void WriteRecord(this Utf8JsonWriter json, string name, MeteringRecord r)
    {
        json.WriteStartObject(name);
        json.WriteString("leaseId", r.LeaseId.Value);
        json.WriteNumber("epoch", r.Epoch);
        json.WriteInteger("reservedSeconds", r.ReservedSeconds);
        json.WriteInteger("availableSeconds", r.AvailableSeconds);
        json.WriteInteger("busySeconds", r.BusySeconds);
        json.WriteInteger("curtailedSeconds", r.CurtailedSeconds);
        json.WriteNumber("loadBps", r.LoadBps);
        json.WriteInteger("itWattHours", r.ItWattHours);
        json.WriteInteger("facilityWattHours", r.FacilityWattHours);
        json.WriteInteger("heatWattHours", r.HeatWattHours);
        json.WriteInteger("indexValue", r.IndexValue);
        json.WriteNumber("indexEpoch", r.IndexEpoch);
        json.WriteInteger("revenue", r.Revenue);
        json.WriteString("revenueSource", r.RevenueSource.Value);
        json.WriteString("evidenceHash", r.EvidenceHash.Value);
        json.WriteNumber("trust", r.Trust);
        json.WriteEndObject();
    }

    public static void WriteLeaf(this Utf8JsonWriter json, string name, EpochLeaf l)
    {
        json.WriteStartObject(name);
        json.WriteString("leaseId", l.LeaseId.Value);
        json.WriteNumber("epoch", l.Epoch);
        json.WriteInteger("rent", l.Rent);
        json.WriteInteger("remainder", l.Remainder);
        json.WriteInteger("creditParts", l.CreditParts);
        json.WriteInteger("gpuSeconds", l.GpuSeconds);
        json.WriteInteger("wattHours", l.WattHours);
        json.WriteInteger("curtailedSeconds", l.CurtailedSeconds);
        json.WriteInteger("heatWattHours", l.HeatWattHours);
        json.WriteString("recordHash", l.RecordHash.Value);
        json.WriteEndObject();
    }
}
