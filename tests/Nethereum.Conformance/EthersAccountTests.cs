using Nethereum.Signer;
using Nethereum.Util;

namespace Nethereum.Conformance;

[Collection(BackEndTests.Name)]
public class EthersAccountTests
{
    [Fact]
    public void All_1038_addresses_have_their_checksum() => EthersCases.Check("accounts", 1038, test =>
    {
        Assert.Equal(test.Text("checksumAddress"), test.Text("address").ConvertToEthereumChecksumAddress());
        Assert.True(test.Text("checksumAddress").IsEthereumChecksumAddress());
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void All_1031_keys_have_their_address(bool managed)
    {
        const string addressOnly = "an address without a key";
        using var backEnd = BackEnd.Use(managed);
        EthersCases.Check("accounts", 1031, test =>
        {
            if (!test.TryGetProperty("privateKey", out var key)) return addressOnly;
            Assert.Equal(test.Text("checksumAddress"), new EthECKey(key.GetString()!).GetPublicAddress());
            return null;
        }, (addressOnly, 7));
    }

    [Fact]
    public void Of_accounts_only_the_ICAP_form_of_an_address_is_left_out_since_the_surface_does_not_have_it() =>
        Assert.Equal(
            ["address", "checksumAddress", "icapAddress", "index", "name", "privateKey"],
            EthersCases.Load("accounts").SelectMany(test => test.EnumerateObject().Select(member => member.Name)).Distinct().Order());
}
