namespace Nethereum.Util;

public static class AddressExtensions
{
    public static string ConvertToEthereumChecksumAddress(this string address) => AddressUtil.Current.ConvertToChecksumAddress(address);

    public static string ConvertToEthereumChecksumAddress(this byte[] address) => AddressUtil.Current.ConvertToChecksumAddress(address);

    public static bool IsEthereumChecksumAddress(this string? address) => AddressUtil.Current.IsChecksumAddress(address);

    public static bool IsValidEthereumAddressHexFormat(this string? address) =>
        AddressUtil.Current.IsValidEthereumAddressHexFormat(address);

    public static bool IsValidEthereumAddressLength(this string? address) => AddressUtil.Current.IsValidAddressLength(address);

    public static bool IsTheSameAddress(this string? address, string? otherAddress) =>
        AddressUtil.Current.AreAddressesTheSame(address, otherAddress);

    public static bool IsAnEmptyAddress(this string? address) => AddressUtil.Current.IsAnEmptyAddress(address);

    public static bool IsNotAnEmptyAddress(this string? address) => AddressUtil.Current.IsNotAnEmptyAddress(address);

    public static string AddressValueOrEmpty(this string? address) => AddressUtil.Current.AddressValueOrEmpty(address);

    public static bool IsEmptyOrEqualsAddress(this string? address1, string? candidate) =>
        AddressUtil.Current.IsEmptyOrEqualsAddress(address1, candidate);
}
