using ComputeRwa.Chain;
using ComputeRwa.Kernel;
using Contract = ComputeRwa.Chain.Contracts.PayToken;

namespace ComputeRwa.Pricing;

/// <summary>The stablecoins that leases are paid in. A development chain has one, the test dollar of its deployment.</summary>
internal sealed class PayTokens(Deployment deployment)
{
    private const string Symbol = "tUSD";
    private const int Decimals = 6;

    public PayToken Default { get; } = new(Address.Parse(deployment.Contracts.TestDollar), Symbol, Decimals);

    public PayToken? Find(Address token) => token == Default.Address ? Default : null;

    /// <summary>Compares what is said here with what the token's contract says; every amount would be misread if they differed.</summary>
    /// <exception cref="InvalidOperationException">They differ.</exception>
    /// <exception cref="UnavailableException">The node does not answer; ask again.</exception>
    public async Task Verify(ChainClient chain)
    {
        var symbol = await chain.Ask<Contract.Symbol, string>(Default.Address, new());
        var decimals = await chain.Ask<Contract.Decimals, byte>(Default.Address, new());
        if (symbol != Default.Symbol || decimals != Default.Decimals)
            throw new InvalidOperationException(
                $"The pay token {Default.Address} calls itself {symbol} with {decimals} decimals; this program knows it as {Default.Symbol} with {Default.Decimals}.");
    }
}
