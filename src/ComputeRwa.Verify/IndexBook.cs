using System.Numerics;

namespace ComputeRwa.Verify;

/// <summary>
/// Index values as metering records state them. No telemetry shows them, so their truth is not checked here; but an epoch has one
/// value for a model and region, whoever asks and whenever, and none is of a later epoch than its record.
/// </summary>
internal sealed class IndexBook
{
    private readonly Dictionary<(BigInteger Model, BigInteger Region, BigInteger Epoch), BigInteger> _values = [];

    public int Count => _values.Count;

    public void Add(string lease, Struct terms, Struct record, Findings findings)
    {
        if (terms["method"] != RentRule.Indexed || record["indexEpoch"].IsZero) return;
        findings.Require(record["indexEpoch"] <= record["epoch"], "index", $"{lease} record.indexEpoch", $"is {record["indexEpoch"]}, later than the record's epoch {record["epoch"]}");
        var key = (terms["gpuModel"], terms["region"], record["indexEpoch"]);
        if (!_values.TryAdd(key, record["indexValue"]))
            findings.Equal("index", $"{lease} record.indexValue", _values[key], record["indexValue"], $"is another index of epoch {record["indexEpoch"]} than stands elsewhere for the same model and region");
    }
}
