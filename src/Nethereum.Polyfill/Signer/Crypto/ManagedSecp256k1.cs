using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC;
using Org.BouncyCastle.Math.EC.Multiplier;

namespace Nethereum.Signer.Crypto;

/// <summary>
/// The same operations on BouncyCastle's curve arithmetic. Its timing depends on the key: for machines
/// without libsecp256k1 that nobody else measures.
/// </summary>
internal sealed class ManagedSecp256k1 : ISecp256k1
{
    private static readonly X9ECParameters Curve = CustomNamedCurves.GetByName("secp256k1");
    private static readonly BigInteger Order = Curve.N;
    private static readonly BigInteger HalfOrder = Order.ShiftRight(1);
    private static readonly BigInteger FieldSize = Curve.Curve.Field.Characteristic;
    private static readonly FixedPointCombMultiplier Multiplier = new();

    public bool IsPrivateKey(ReadOnlySpan<byte> privateKey)
    {
        var d = Scalar(privateKey);
        return d.SignValue > 0 && d.CompareTo(Order) < 0;
    }

    public void PublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey) =>
        Multiplier.Multiply(Curve.G, Scalar(privateKey)).Normalize().GetEncoded(false).CopyTo(publicKey);

    public int Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> hash, Span<byte> signature)
    {
        var d = Scalar(privateKey);
        var e = Scalar(hash);
        var nonces = new HMacDsaKCalculator(new Sha256Digest());
        nonces.Init(Order, d, hash.ToArray());
        while (true)
        {
            var k = nonces.NextK();
            var point = Multiplier.Multiply(Curve.G, k).Normalize();
            var x = point.AffineXCoord.ToBigInteger();
            var r = x.Mod(Order);
            if (r.SignValue == 0) continue;
            var s = k.ModInverse(Order).Multiply(e.Add(r.Multiply(d))).Mod(Order);
            if (s.SignValue == 0) continue;

            var recoveryId = (point.AffineYCoord.TestBitZero() ? 1 : 0) | (x.CompareTo(Order) >= 0 ? 2 : 0);
            if (s.CompareTo(HalfOrder) > 0)
            {
                s = Order.Subtract(s);
                recoveryId ^= 1;
            }

            Write(r, signature[..Secp256k1.ScalarSize]);
            Write(s, signature[Secp256k1.ScalarSize..]);
            return recoveryId;
        }
    }

    public bool TryRecover(ReadOnlySpan<byte> signature, int recoveryId, ReadOnlySpan<byte> hash, Span<byte> publicKey)
    {
        var r = Scalar(signature[..Secp256k1.ScalarSize]);
        var s = Scalar(signature[Secp256k1.ScalarSize..]);
        if (!IsInOrder(r) || !IsInOrder(s)) return false;
        var x = recoveryId >= 2 ? r.Add(Order) : r;
        if (x.CompareTo(FieldSize) >= 0 || !TryLift(x, recoveryId % 2 == 1, out var point)) return false;

        var inverse = r.ModInverse(Order);
        var fromPoint = s.Multiply(inverse).Mod(Order);
        var fromBase = Order.Subtract(Scalar(hash).Mod(Order)).Multiply(inverse).Mod(Order);
        var key = ECAlgorithms.SumOfTwoMultiplies(Curve.G, fromBase, point, fromPoint).Normalize();
        if (key.IsInfinity) return false;
        key.GetEncoded(false).CopyTo(publicKey);
        return true;
    }

    private static bool TryLift(BigInteger x, bool isYOdd, out ECPoint point)
    {
        var compressed = new byte[1 + Secp256k1.ScalarSize];
        compressed[0] = (byte)(isYOdd ? 3 : 2);
        Write(x, compressed.AsSpan(1));
        try
        {
            point = Curve.Curve.DecodePoint(compressed);
            return true;
        }
        catch (ArgumentException)
        {
            point = Curve.Curve.Infinity;
            return false;
        }
    }

    private static bool IsInOrder(BigInteger scalar) => scalar.SignValue > 0 && scalar.CompareTo(Order) < 0;

    private static BigInteger Scalar(ReadOnlySpan<byte> bytes) => new(1, bytes.ToArray());

    private static void Write(BigInteger value, Span<byte> target)
    {
        var bytes = value.ToByteArrayUnsigned();
        target.Clear();
        bytes.CopyTo(target[(target.Length - bytes.Length)..]);
    }
}
