using System.Text.Json;
using System.Text.Json.Serialization;

namespace ComputeRwa.Telemetry;

/// <summary>One posted column, [gpu][sample]. null is held as <see cref="Columns.Missing"/>, every negative number as another negative one.</summary>
[JsonConverter(typeof(ReadingsConverter))]
internal sealed record Readings(int[][] Rows);

/// <summary>Straight into arrays of int: arrays of nullable ones took twice the memory and, growing, most of the time.</summary>
internal sealed class ReadingsConverter : JsonConverter<Readings>
{
    // Stands for every negative number, none of which is a reading; −1 must not pass for null.
    private const int Negative = int.MinValue;

    public override Readings Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("must be an array with a row for each GPU");
        var rows = new List<int[]>();
        var cells = new List<int>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException($"[{rows.Count}] must be an array of samples");
            cells.Clear();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) cells.Add(Cell(ref reader, rows.Count, cells.Count));
            rows.Add([.. cells]);
        }
        return new([.. rows]);
    }

    private static int Cell(ref Utf8JsonReader reader, int row, int cell)
    {
        if (reader.TokenType == JsonTokenType.Null) return Columns.Missing;
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var value))
            throw new JsonException($"[{row}][{cell}] must be null or a whole number below 2^31");
        return value < 0 ? Negative : value;
    }

    public override void Write(Utf8JsonWriter writer, Readings value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var row in value.Rows)
        {
            writer.WriteStartArray();
            foreach (var cell in row)
            {
                if (cell == Columns.Missing) writer.WriteNullValue();
                else writer.WriteNumberValue(cell);
            }
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
    }
}
