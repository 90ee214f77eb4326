using ComputeRwa.Chain;
using ComputeRwa.Tests.Support;
using Nethereum.Contracts;
using PayToken = ComputeRwa.Chain.Contracts.PayToken;

namespace ComputeRwa.Tests.Chain;

public sealed class LogFilterTests
{
    [Fact]
    public void What_goes_in_and_out_of_a_contract_is_asked_for_by_the_topic_of_Transfer()
    {
        var filters = LogFilter.Of(Deployments.Example).Where(f => f.Topics.Count > 0).ToList();
        Assert.Equal(4, filters.Count);
        Assert.All(filters, f => Assert.Equal("0x" + Event<PayToken.TransferEvent>.GetEventABI().Sha3Signature, f.Topics[0]));
    }
}
