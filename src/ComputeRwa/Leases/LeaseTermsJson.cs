using System.Globalization;
using System.Numerics;
using ComputeRwa.Kernel;

namespace ComputeRwa.Leases;

/// <summary>
/// LeaseTerms on the wire and in the database: the members of the Solidity struct by name, 64 bits and more as decimal strings,
/// bytes32 as hex. An Ethereum library takes it as it is.
/// </summary>
internal sealed record LeaseTermsJson(
    string Provider, string Lessee, string PayToken, string GpuModel, string Region, uint GpuCount, string CapacityRoot, uint StartEpoch,
    uint Epochs, byte Method, string Price, string FloorPrice, string CeilingPrice, uint RateBps, ushort TakeOrPayBps, ushort SlaBps,
    ushort SlaCreditSlope, ushort SlaCreditCapBps, string EfficiencyTarget, ushort EfficiencySlopeBps, ushort EfficiencyCapBps,
    ushort CurtailLimitBps, ushort CurtailCreditBps, ushort PoolBps, ushort FeeBps, uint NoticeEpochs, ushort GraceEpochs, string Deposit, string Units,
    ushort Policy, string Salt)
{
    public static LeaseTermsJson Of(LeaseTerms t) => new(
        t.Provider.Value, t.Lessee.Value, t.PayToken.Value, t.GpuModel.ToHash32().Value, t.Region.ToHash32().Value, t.GpuCount,
        t.CapacityRoot.Value, t.StartEpoch, t.Epochs, (byte)t.Method, Text(t.Price), Text(t.FloorPrice), Text(t.CeilingPrice), t.RateBps,
        t.TakeOrPayBps, t.SlaBps, t.SlaCreditSlope, t.SlaCreditCapBps, Text(t.EfficiencyTarget), t.EfficiencySlopeBps, t.EfficiencyCapBps,
        t.CurtailLimitBps, t.CurtailCreditBps, t.PoolBps, t.FeeBps, t.NoticeEpochs, t.GraceEpochs, Text(t.Deposit), Text(t.Units), t.Policy, t.Salt.Value);

    /// <exception cref="FormatException">This is not what <see cref="Of"/> wrote.</exception>
    public LeaseTerms ToTerms() => new(
        Address.Parse(Provider), Address.Parse(Lessee), Address.Parse(PayToken), ShortText.FromWord(Hash32.Parse(GpuModel)),
        ShortText.FromWord(Hash32.Parse(Region)), GpuCount, Hash32.Parse(CapacityRoot), StartEpoch, Epochs, (PricingMethod)Method,
        Number(Price), Number(FloorPrice), Number(CeilingPrice), RateBps, TakeOrPayBps, SlaBps, SlaCreditSlope, SlaCreditCapBps,
        (ulong)Number(EfficiencyTarget), EfficiencySlopeBps, EfficiencyCapBps, CurtailLimitBps, CurtailCreditBps, PoolBps, FeeBps,
        NoticeEpochs, GraceEpochs, Number(Deposit), (ulong)Number(Units), Policy, Hash32.Parse(Salt));

    private static string Text(BigInteger value) => value.ToString(CultureInfo.InvariantCulture);
    private static BigInteger Number(string text) => BigInteger.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
