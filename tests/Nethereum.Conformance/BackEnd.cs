namespace Nethereum.Conformance;

/// <summary>Both of the polyfill's curve implementations in turn; the official package knows no such switch and runs twice.</summary>
internal sealed class BackEnd : IDisposable
{
    private const string ManagedSwitch = "Nethereum.Polyfill.ManagedSecp256k1";

    private BackEnd(bool managed) => AppContext.SetSwitch(ManagedSwitch, managed);

    public static BackEnd Use(bool managed) => new(managed);

    public static T With<T>(bool managed, Func<T> act)
    {
        using (Use(managed)) return act();
    }

    public void Dispose() => AppContext.SetSwitch(ManagedSwitch, false);
}

/// <summary>Tests that move the switch run one after another.</summary>
[CollectionDefinition(Name)]
public class BackEndTests
{
    public const string Name = "Back ends";
}
