using ComputeRwa.Tests.Support;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer($"ComputeRwa.Tests.Support.{nameof(LongestFirst)}", "ComputeRwa.Tests")]

namespace ComputeRwa.Tests.Support;

/// <summary>Tests that wait long, for agents and exporters, begin before the others, the lowest place first.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class StartsEarlyAttribute(int place) : Attribute
{
    public int Place => place;
}

/// <summary>What waits longest begins first: begun last, all the rest would wait for it.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly List<(string Name, int Place)> _early =
    [
        .. from type in typeof(LongestFirst).Assembly.GetTypes()
           from StartsEarlyAttribute early in type.GetCustomAttributes(typeof(StartsEarlyAttribute), false)
           select (CollectionOf(type), early.Place),
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections.OrderBy(Place);

    private static int Place(ITestCollection collection) =>
        _early.Where(e => collection.DisplayName.EndsWith(e.Name, StringComparison.Ordinal)).Select(e => e.Place).DefaultIfEmpty(int.MaxValue).Min();

    // xunit keeps a definition's name only as its constructor's argument.
    private static string CollectionOf(Type type) =>
        type.CustomAttributes.FirstOrDefault(a => a.AttributeType == typeof(CollectionDefinitionAttribute))?.ConstructorArguments[0].Value as string ?? type.FullName!;
}
