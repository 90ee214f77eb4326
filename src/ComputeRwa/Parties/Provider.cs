using ComputeRwa.Kernel;

namespace ComputeRwa.Parties;

/// <summary>A lessor: owns GPUs, signs terms, receives the units of its leases at <c>Address</c>.</summary>
internal sealed record Provider(ProviderId Id, string Name, Address Address, DateTimeOffset CreatedAt)
{
    public static Result<Provider> Register(string? name, string? address, DateTimeOffset now)
    {
        var fields = new Fields();
        var provider = new Provider(ProviderId.New(now), fields.Text(name, "name", 100), fields.Address(address, "address"), now);
        return fields.Error is { } error ? error : provider;
    }
}
