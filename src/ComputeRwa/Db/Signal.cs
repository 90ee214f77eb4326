namespace ComputeRwa.Db;

/// <summary>Something to look at. Many sets before one wait count once.</summary>
internal sealed class Signal : IDisposable
{
    private readonly SemaphoreSlim _pending = new(0, 1);

    public void Set()
    {
        lock (_pending)
        {
            if (_pending.CurrentCount == 0) _pending.Release();
        }
    }

    /// <returns>false when nothing came in time.</returns>
    public Task<bool> Wait(TimeSpan atMost, CancellationToken cancel) => _pending.WaitAsync(atMost, cancel);

    public void Dispose() => _pending.Dispose();
}
