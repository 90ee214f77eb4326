using System.Buffers.Binary;
using ComputeRwa.Kernel;

namespace ComputeRwa.Telemetry.Ingest;

/// <summary>
/// Reads Prometheus' remote write (version 1) forward over its bytes: <c>WriteRequest { repeated TimeSeries timeseries = 1 }</c>,
/// <c>TimeSeries { repeated Label labels = 1; repeated Sample samples = 2 }</c>, <c>Label { string name = 1; string value = 2 }</c>,
/// <c>Sample { double value = 1; int64 timestamp = 2 }</c>. Metadata, exemplars, histograms and unknown fields are stepped over. Nothing is allocated
/// but the samples: label bytes are compared where they lie.
/// </summary>
internal static class WriteRequest
{
    /// <summary>Bytes of one label's name or value.</summary>
    public const int MostLabelBytes = 2_048;

    /// <summary>Fewer bytes than a series with one sample usually has.</summary>
    private const int UsualSeries = 256;

    public static Result<Arrival> Read(ReadOnlySpan<byte> message)
    {
        var arrival = new Arrival(Math.Min(message.Length / UsualSeries, Arrival.MostSamples));
        var wire = new Wire(message);
        var series = 0;
        while (wire.Next(out var field, out var type))
        {
            if (field != 1 || type != WireType.Bytes)
            {
                if (!wire.Skip(type)) return Malformed("a field has no end");
                continue;
            }
            if (!wire.Bytes(out var one)) return Malformed("a series has no end");
            if (++series > Arrival.MostSeries) return new Error("too-large", $"The request has more than {Arrival.MostSeries} series.", []);
            if (ReadSeries(one, arrival) is { } error) return error;
        }
        return wire.IsAtEnd ? arrival : Malformed("a field's key cannot be read");
    }

    private static Error Malformed(string why) => new("malformed", $"The body is no Prometheus write request: {why}.", [new("body", why)]);

    private static Error? ReadSeries(ReadOnlySpan<byte> bytes, Arrival arrival)
    {
        var labels = new SeriesLabels();
        var wire = new Wire(bytes);
        var samples = bytes.Length; // where the first one begins
        wire.Jump(ReadLabels(bytes, ref labels));
        for (var at = wire.At; wire.Next(out var field, out var type); at = wire.At)
        {
            if (field == 1 && type == WireType.Bytes)
            {
                if (!wire.Bytes(out var label)) return Malformed("a label has no end");
                if (ReadLabel(label, ref labels) is { } error) return error;
            }
            else
            {
                if (field == 2) samples = Math.Min(samples, at);
                if (!wire.Skip(type)) return Malformed("a field of a series has no end");
            }
        }
        if (!wire.IsAtEnd) return Malformed("a field's key cannot be read");
        if (Metric.Find(labels.Name) is not { } metric) return null;
        if (labels.Resolve(metric) is { } series) return ReadSamples(bytes[samples..], series, arrival);
        arrival.WithoutGpu++;
        return null;
    }

    /// <summary>Labels as they always come, each name and value shorter than 128 bytes.</summary>
    /// <returns>where the first begins that does not, or what follows the labels</returns>
    private static int ReadLabels(ReadOnlySpan<byte> bytes, ref SeriesLabels labels)
    {
        for (var at = 0; ;)
        {
            if (bytes.Length - at < 6 || bytes[at] != 0x0a || bytes[at + 2] != 0x0a) return at;
            var (size, name) = ((int)bytes[at + 1], (int)bytes[at + 3]);
            var value = size - name - 4;
            if (size >= 0x80 || value < 0 || size > bytes.Length - at - 2 || bytes[at + name + 4] != 0x12 || bytes[at + name + 5] != value) return at;
            if (SeriesLabels.Counts(name)) labels.Take(bytes.Slice(at + 4, name), bytes.Slice(at + name + 6, value));
            at += size + 2;
        }
    }

    private static Error? ReadLabel(ReadOnlySpan<byte> bytes, ref SeriesLabels labels)
    {
        // As they always come: name and value, each shorter than 128 bytes.
        if (bytes.Length > 3 && bytes[0] == 0x0a && bytes[1] is var first && first < 0x80 && first + 4 <= bytes.Length && bytes[first + 2] == 0x12 && bytes[first + 3] == bytes.Length - first - 4
            && bytes.Length - first - 4 < 0x80)
        {
            labels.Take(bytes.Slice(2, first), bytes[(first + 4)..]);
            return null;
        }
        ReadOnlySpan<byte> name = default, value = default;
        var wire = new Wire(bytes);
        while (wire.Next(out var field, out var type))
        {
            if (field is 1 or 2 && type == WireType.Bytes)
            {
                if (!wire.Bytes(out var text)) return Malformed("a label's text has no end");
                if (text.Length > MostLabelBytes) return new Error("too-large", $"A label has {text.Length} bytes, and {MostLabelBytes} are taken.", []);
                if (field == 1) name = text;
                else value = text;
            }
            else if (!wire.Skip(type)) return Malformed("a field of a label has no end");
        }
        if (!wire.IsAtEnd) return Malformed("a field's key cannot be read");
        labels.Take(name, value);
        return null;
    }

    private static Error? ReadSamples(ReadOnlySpan<byte> bytes, Series series, Arrival arrival)
    {
        var wire = new Wire(bytes);
        while (wire.Next(out var field, out var type))
        {
            if (field != 2 || type != WireType.Bytes)
            {
                wire.Skip(type); // it was stepped over before
                continue;
            }
            if (!wire.Bytes(out var sample) || !ReadSample(sample, out var bits, out var at)) return Malformed("a sample cannot be read");
            if (arrival.Samples.Count == Arrival.MostSamples) return new Error("too-large", $"The request has more than {Arrival.MostSamples} samples.", []);
            arrival.Add(series, FixedPoint.OfBits(bits, series.Metric.Scale, out var value), value, at);
        }
        return null;
    }

    private static bool ReadSample(ReadOnlySpan<byte> bytes, out ulong bits, out long at)
    {
        (bits, at) = (0, 0);
        var wire = new Wire(bytes);
        while (wire.Next(out var field, out var type))
        {
            if (field == 1 && type == WireType.Fixed64)
            {
                if (!wire.Fixed64(out bits)) return false;
            }
            else if (field == 2 && type == WireType.Varint)
            {
                if (!wire.Varint(out var time)) return false;
                at = (long)time;
            }
            else if (!wire.Skip(type)) return false;
        }
        return wire.IsAtEnd;
    }

    private enum WireType
    {
        Varint = 0,
        Fixed64 = 1,
        Bytes = 2,
        Fixed32 = 5,
    }

    /// <summary>Protobuf's wire format. What returns false has met an end or nonsense.</summary>
    private ref struct Wire(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private int _at;

        public readonly int At => _at;

        /// <param name="at">where a field begins</param>
        public void Jump(int at) => _at = at;

        public readonly bool IsAtEnd => _at == _bytes.Length;

        public bool Next(out int field, out WireType type)
        {
            (field, type) = (0, default);
            var start = _at;
            if (IsAtEnd) return false;
            if (_bytes[_at] is var one && one < 0x80 && one >= 8)
            {
                (field, type, _at) = (one >> 3, (WireType)(one & 7), _at + 1);
                return true;
            }
            if (Varint(out var key) && key <= uint.MaxValue && key >> 3 != 0)
            {
                (field, type) = ((int)(key >> 3), (WireType)(key & 7));
                return true;
            }
            _at = start;
            return false;
        }

        public bool Varint(out ulong value)
        {
            if (_at < _bytes.Length && _bytes[_at] < 0x80)
            {
                value = _bytes[_at++];
                return true;
            }
            value = 0;
            for (var shift = 0; shift < 64 && _at < _bytes.Length; shift += 7)
            {
                var next = _bytes[_at++];
                value |= (ulong)(next & 0x7f) << shift;
                if (next < 0x80) return true;
            }
            return false;
        }

        public bool Fixed64(out ulong value)
        {
            value = 0;
            if (_bytes.Length - _at < 8) return false;
            value = BinaryPrimitives.ReadUInt64LittleEndian(_bytes[_at..]);
            _at += 8;
            return true;
        }

        public bool Bytes(out ReadOnlySpan<byte> value)
        {
            value = default;
            if (!Varint(out var size) || size > (ulong)(_bytes.Length - _at)) return false;
            value = _bytes.Slice(_at, (int)size);
            _at += (int)size;
            return true;
        }

        public bool Skip(WireType type)
        {
            switch (type)
            {
                case WireType.Varint: return Varint(out _);
                case WireType.Fixed64: return Fixed64(out _);
                case WireType.Bytes: return Bytes(out _);
                case WireType.Fixed32:
                    if (_bytes.Length - _at < 4) return false;
                    _at += 4;
                    return true;
                default: return false;
            }
        }
    }
}
