using System.Text;

namespace ComputeRwa.Agent;

/// <summary>Readings that are in no batch yet: a line each, on the disk before the reading counts as taken. A line that a crash has cut is dropped.</summary>
internal sealed class Journal : IDisposable
{
    private readonly string _path;
    private readonly List<StepReading> _readings = [];
    private FileStream _file;

    private Journal(string path) => (_path, _file) = (path, Open(path));

    public IReadOnlyList<StepReading> Readings => _readings;

    /// <param name="gpus">of the node; readings of another number are none of this node</param>
    /// <param name="takenThrough">where the batches end: what stands before is in one of them already</param>
    /// <param name="damaged">lines that were dropped</param>
    public static Journal Load(string path, int gpus, long takenThrough, out int damaged)
    {
        var journal = new Journal(path);
        var text = File.ReadAllText(path, Encoding.ASCII);
        damaged = 0;
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (StepReading.OfLine(line) is not { } reading || reading.Values.Length != StepReading.ColumnCount * gpus) damaged++;
            else if (reading.At >= Math.Max(takenThrough, journal.End)) journal._readings.Add(reading);
        }
        journal.Rewrite();
        return journal;
    }

    /// <summary>Where the readings end.</summary>
    public long End => _readings.Count == 0 ? 0 : _readings[^1].To;

    /// <exception cref="IOException">It is not on the disk, and does not count.</exception>
    public void Append(StepReading reading)
    {
        var length = _file.Length;
        try
        {
            _file.Seek(0, SeekOrigin.End);
            _file.Write(Encoding.ASCII.GetBytes(reading.ToLine() + "\n"));
            _file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            _file.SetLength(length);
            throw;
        }
        _readings.Add(reading);
    }

    /// <summary>Forgets what is in a batch by now.</summary>
    public void DropBefore(long second)
    {
        _readings.RemoveAll(r => r.At < second);
        Rewrite();
    }

    public void Dispose() => _file.Dispose();

    private void Rewrite()
    {
        _file.Dispose();
        Durable.Write(_path, Encoding.ASCII.GetBytes(string.Concat(_readings.Select(r => r.ToLine() + "\n"))));
        _file = Open(_path);
    }

    // Unbuffered: what a failed write leaves behind must not come out later.
    private static FileStream Open(string path) => new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
}
