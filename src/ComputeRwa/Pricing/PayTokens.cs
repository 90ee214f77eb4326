using ComputeRwa.Chain;
using ComputeRwa.Kernel;

namespace ComputeRwa.Pricing;

/// <summary>The stablecoins that leases are paid in. A development chain has one, the test dollar of its deployment.</summary>
internal sealed class PayTokens(Deployment deployment)
{
    private const string Symbol = "tUSD";
    private const int Decimals = 6;

    public PayToken Default { get; } = new(Address.Parse(deployment.Contracts.TestDollar), Symbol, Decimals);

    public PayToken? Find(Address token) => token == Default.Address ? Default : null;
}
