namespace Nethereum.RLP;

/// <summary>An item or a list of a decoded message.</summary>
public interface IRLPElement
{
    /// <summary>An item's bytes, null when empty; a list's whole encoding.</summary>
    byte[]? RLPData { get; }
}

public class RLPItem(byte[] rlpData) : IRLPElement
{
    public byte[]? RLPData => rlpData.Length == 0 ? null : rlpData;
}

public class RLPCollection : List<IRLPElement>, IRLPElement
{
    public byte[]? RLPData { get; set; }
}
