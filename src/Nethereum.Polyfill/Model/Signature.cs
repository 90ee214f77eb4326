namespace Nethereum.Model;

/// <summary>Big endian without leading zeros.</summary>
public interface ISignature
{
    byte[] R { get; }

    byte[] S { get; }

    byte[] V { get; set; }
}

public class Signature : ISignature
{
    public Signature()
    {
    }

    public Signature(byte[] r, byte[] s, byte[] v)
    {
        R = r;
        S = s;
        V = v;
    }

    public byte[] R { get; set; } = [];

    public byte[] S { get; set; } = [];

    public byte[] V { get; set; } = [];
}
