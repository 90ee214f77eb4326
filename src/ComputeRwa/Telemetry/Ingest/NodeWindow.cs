using ComputeRwa.Fleet;

namespace ComputeRwa.Telemetry.Ingest;

/// <summary>
/// One node's samples of one window on the grid of its step. A sample stands in the step its time lies in; where the node's samples come within a
/// fiftieth of a step of the grid's lines, so that a millisecond would move them, in the step that begins nearest. Of several in one step the latest
/// counts, and of several of one time the one that came first, so what is sent twice changes nothing. What MIG instances report adds up to their GPU's
/// where the GPU itself reports nothing.
/// </summary>
internal sealed class NodeWindow(Node node, Window window, int step)
{
    private const int Columns = 4;

    private readonly int _gpus = node.GpuUuids.Count;
    private readonly int _slots = (int)((window.End - window.Start) / step);
    private readonly Cell[] _cells = new Cell[Columns * node.GpuUuids.Count * (int)((window.End - window.Start) / step)];
    private readonly Dictionary<(int Cell, byte Instance), Cell> _parts = [];
    private bool? _nearest;

    public Node Node => node;

    /// <summary>Samples that took the place of another of their step, or had it taken.</summary>
    public int Repeated { get; private set; }

    public void Add(PlacedSample sample)
    {
        if (sample.Gpu >= _gpus || _slots == 0) return;
        var (stepMs, offset) = (step * 1_000L, sample.At - window.Start * 1_000);
        _nearest ??= offset % stepMs * 50 is var fiftieths && (fiftieths < stepMs || fiftieths > 49 * stepMs);
        var slot = (int)Math.Clamp((_nearest.Value ? offset + stepMs / 2 : offset) / stepMs, 0, _slots - 1);
        var cell = ((int)sample.Column * _gpus + sample.Gpu) * _slots + slot;
        var (known, fresh) = (sample.Instance == 0 ? _cells[cell] : _parts.GetValueOrDefault((cell, sample.Instance)), new Cell(offset + 1, sample.Value));
        if (known.Offset != 0) Repeated++;
        if (known.Offset >= fresh.Offset) return;
        if (sample.Instance == 0) _cells[cell] = fresh;
        else _parts[(cell, sample.Instance)] = fresh;
    }

    /// <summary>The samples from the first to the last step that has any, none before <paramref name="from"/>.</summary>
    /// <returns>null when there is none.</returns>
    public (long From, Telemetry.Columns Columns)? Read(long from)
    {
        AddParts();
        var first = (int)Math.Clamp((from - window.Start + step - 1) / step, 0, _slots);
        var end = _slots;
        while (first < end && IsEmpty(first)) first++;
        while (end > first && IsEmpty(end - 1)) end--;
        if (first == end) return null;
        var columns = new int[Columns][];
        for (var c = 0; c < Columns; c++)
        {
            columns[c] = new int[_gpus * (end - first)];
            for (var gpu = 0; gpu < _gpus; gpu++)
                for (var slot = first; slot < end; slot++)
                {
                    var cell = _cells[(c * _gpus + gpu) * _slots + slot];
                    columns[c][gpu * (end - first) + slot - first] = cell.Offset == 0 ? Telemetry.Columns.Missing : cell.Value;
                }
        }
        return (window.Start + (long)first * step, Telemetry.Columns.Of(_gpus, end - first, columns));
    }

    private void AddParts()
    {
        foreach (var parts in _parts.GroupBy(p => p.Key.Cell).Where(g => _cells[g.Key].Offset == 0))
        {
            var most = parts.Key / (_gpus * _slots) == (int)Column.MemoryMiB ? node.Model.MemoryMiB : 10_000;
            _cells[parts.Key] = new(1, (int)Math.Min(parts.Sum(p => (long)p.Value.Value), most));
        }
        _parts.Clear();
    }

    private bool IsEmpty(int slot)
    {
        for (var row = slot; row < _cells.Length; row += _slots)
            if (_cells[row].Offset != 0) return false;
        return true;
    }

    /// <param name="Offset">milliseconds from the window's start, and one; 0 for nothing</param>
    private readonly record struct Cell(long Offset, int Value);
}
