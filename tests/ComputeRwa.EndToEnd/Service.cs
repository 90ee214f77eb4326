using System.Diagnostics;
using System.Globalization;

namespace ComputeRwa.EndToEnd;

/// <summary>A process of its own, with its output in a log file. <see cref="Kill"/> is SIGKILL: no handler runs.</summary>
internal sealed class Service : IDisposable
{
    private readonly Process _process;
    private readonly string _log;

    private Service(Process process, string log) => (_process, _log) = (process, log);

    public static Service Start(string log, IReadOnlyDictionary<string, string> environment, params string[] command)
    {
        // The shell only opens the log: `exec` gives its process id to the command.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", log, .. command])
        {
            WorkingDirectory = Repository.Root,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new(Process.Start(start)!, log);
    }

    public int Id => _process.Id;

    /// <summary>Of this process alone, not of its children.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public bool HasExited => _process.HasExited;

    public string Log => File.Exists(_log) ? File.ReadAllText(_log) : "";

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Stops it where it stands, as a host does that is frozen or out of memory; it does not notice.</summary>
    public void Pause() => Signal("STOP");

    public void Wake() => Signal("CONT");

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-s", name, $"{_process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Waits until the test holds.</summary>
    /// <exception cref="InvalidOperationException">The process ended, or it took too long; the message holds the log's end.</exception>
    public async Task Ready(Func<Task<bool>> test, TimeSpan limit)
    {
        var watch = Stopwatch.StartNew();
        while (!await test())
        {
            if (HasExited || watch.Elapsed > limit)
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Not ready after {watch.Elapsed.TotalSeconds:0.0} s: {Log[Math.Max(0, Log.Length - 4000)..]}"));
            await Task.Delay(50);
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }
}
