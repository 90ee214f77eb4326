using Nethereum.Util;

namespace Nethereum.Conformance;

public class AddressTests
{
    // From EIP-55.
    public static TheoryData<string> Checksummed =>
    [
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
        "0xde709f2102306220921060314715629080e2fb77",
        "0x27b1fdb04752bbc536007a920d24acb045561c26",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ];

    [Theory]
    [MemberData(nameof(Checksummed))]
    public void Checksums_are_written_and_recognised(string address)
    {
        Assert.Equal(address, AddressUtil.Current.ConvertToChecksumAddress(address.ToLowerInvariant()));
        Assert.True(AddressUtil.Current.IsChecksumAddress(address));
    }

    [Fact]
    public void A_letter_of_the_wrong_case_breaks_the_checksum() =>
        Assert.False(AddressUtil.Current.IsChecksumAddress("0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"));

    [Theory]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", true)]
    [InlineData("5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", false)]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeA", false)]
    [InlineData("0xzzAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", false)]
    public void The_form_of_an_address_is_checked(string text, bool expected) =>
        Assert.Equal(expected, AddressUtil.Current.IsValidEthereumAddressHexFormat(text));

    [Fact]
    public void Addresses_are_the_same_whatever_their_case()
    {
        const string address = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
        Assert.True(address.IsTheSameAddress(address.ToLowerInvariant()));
        Assert.False(address.IsTheSameAddress(AddressUtil.ZERO_ADDRESS));
        Assert.True(AddressUtil.Current.AreAddressesTheSame(address, address.ToUpperInvariant().Replace("0X", "0x", StringComparison.Ordinal)));
    }
}
