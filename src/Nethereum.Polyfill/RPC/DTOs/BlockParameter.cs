using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nethereum.Hex.HexTypes;

namespace Nethereum.RPC.Eth.DTOs;

/// <summary>A block by number or by one of the names nodes know.</summary>
[JsonConverter(typeof(BlockParameterJsonConverter))]
public class BlockParameter
{
    public enum BlockParameterType
    {
        latest,
        earliest,
        pending,
        finalized,
        safe,
        blockNumber,
    }

    public BlockParameter()
    {
    }

    public BlockParameter(HexBigInteger blockNumber) => SetValue(blockNumber);

    public BlockParameter(ulong blockNumber) : this(new HexBigInteger(blockNumber))
    {
    }

    public HexBigInteger? BlockNumber { get; private set; }

    public BlockParameterType ParameterType { get; private set; } = BlockParameterType.latest;

    public static BlockParameter CreateLatest() => Create(BlockParameterType.latest);

    public static BlockParameter CreateEarliest() => Create(BlockParameterType.earliest);

    public static BlockParameter CreatePending() => Create(BlockParameterType.pending);

    public void SetValue(BlockParameterType parameterType)
    {
        BlockNumber = null;
        ParameterType = parameterType;
    }

    public void SetValue(string blockNumberHex) => SetValue(new HexBigInteger(blockNumberHex));

    public void SetValue(BigInteger blockNumber) => SetValue(new HexBigInteger(blockNumber));

    public void SetValue(HexBigInteger blockNumber)
    {
        BlockNumber = blockNumber;
        ParameterType = BlockParameterType.blockNumber;
    }

    public string GetRPCParam() => BlockNumber?.HexValue ?? ParameterType.ToString();

    private static BlockParameter Create(BlockParameterType type)
    {
        var parameter = new BlockParameter();
        parameter.SetValue(type);
        return parameter;
    }
}

internal sealed class BlockParameterJsonConverter : JsonConverter<BlockParameter>
{
    public override BlockParameter Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var parameter = new BlockParameter();
        var text = reader.GetString() ?? throw new JsonException("A block number or name is expected");
        if (Enum.TryParse<BlockParameter.BlockParameterType>(text, out var type) && Enum.IsDefined(type)) parameter.SetValue(type);
        else parameter.SetValue(text);
        return parameter;
    }

    public override void Write(Utf8JsonWriter writer, BlockParameter value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.GetRPCParam());
}
