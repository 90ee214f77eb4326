using ComputeRwa.Demo;

namespace ComputeRwa.EndToEnd;

/// <summary>One demonstration, played to its end and left standing for the tests that look at it.</summary>
public sealed class Undisturbed : IAsyncLifetime
{
    internal Stack Stack { get; private set; } = null!;
    internal string Table { get; private set; } = "";

    /// <summary>Steps of the story that were posted, in order.</summary>
    internal List<string> Steps { get; } = [];

    public async Task InitializeAsync()
    {
        Stack = await Stack.Start();
        var options = Stack.Options with { Sending = Remember };
        await Demonstration.Run(options, _ => { });
        Table = await Demonstration.ReadTable(options, _ => { });
    }

    public Task DisposeAsync() => Stack.DisposeAsync().AsTask();

    private void Remember(string step)
    {
        lock (Steps) Steps.Add(step);
    }
}
