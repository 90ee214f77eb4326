using ComputeRwa.Tests.Chain;
using ComputeRwa.Tests.Support;
using ComputeRwa.Tests.Telemetry;
using ComputeRwa.Tests.Telemetry.Ingest;
using ComputeRwa.Tests.Telemetry.NodeAgent;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer($"ComputeRwa.Tests.Support.{nameof(LongestFirst)}", "ComputeRwa.Tests")]

namespace ComputeRwa.Tests.Support;

/// <summary>What waits longest, for agents and exporters, begins first: begun last, all the rest would wait for it.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] _longest =
    [
        SharedApi.Name,
        .. new[]
        {
            typeof(SimulationTests), typeof(AgentTests), typeof(ScrapeTests), typeof(KilledAgentTests), typeof(RecipeTests), typeof(SigningKeyStoreTests), typeof(IngestRefusalTests),
        }.Select(c => c.FullName!),
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections.OrderBy(Place);

    private static int Place(ITestCollection collection)
    {
        var place = Array.FindIndex(_longest, name => collection.DisplayName.EndsWith(name, StringComparison.Ordinal));
        return place < 0 ? _longest.Length : place;
    }
}
