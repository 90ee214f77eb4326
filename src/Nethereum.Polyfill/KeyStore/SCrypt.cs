using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Nethereum.KeyStore.Crypto;

/// <summary>RFC 7914. BouncyCastle's refuses the format's own example, with r = 1 and N above 65,535.</summary>
internal static class SCrypt
{
    private const int BlockWords = 16;

    public static byte[] Generate(byte[] password, byte[] salt, int n, int r, int p, int size)
    {
        var blockBytes = 128 * r;
        var blocks = Rfc2898DeriveBytes.Pbkdf2(password, salt, 1, HashAlgorithmName.SHA256, p * blockBytes);
        var (x, y, v) = (new uint[blockBytes / 4], new uint[blockBytes / 4], new uint[(long)n * blockBytes / 4]);
        for (var i = 0; i < p; i++) Mix(blocks.AsSpan(i * blockBytes, blockBytes), n, x, y, v);
        return Rfc2898DeriveBytes.Pbkdf2(password, blocks, 1, HashAlgorithmName.SHA256, size);
    }

    /// <summary>scryptROMix: fills a large table one after the other, and reads it again in an order that its contents decide.</summary>
    private static void Mix(Span<byte> block, int n, uint[] x, uint[] y, uint[] v)
    {
        for (var i = 0; i < x.Length; i++) x[i] = BinaryPrimitives.ReadUInt32LittleEndian(block[(4 * i)..]);
        for (var i = 0; i < n; i++)
        {
            x.CopyTo(v.AsSpan(i * x.Length, x.Length));
            MixBlock(x, y);
        }
        for (var i = 0; i < n; i++)
        {
            var at = v.AsSpan((int)(x[^BlockWords] & (uint)(n - 1)) * x.Length, x.Length);
            for (var j = 0; j < x.Length; j++) x[j] ^= at[j];
            MixBlock(x, y);
        }
        for (var i = 0; i < x.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(block[(4 * i)..], x[i]);
    }

    /// <summary>scryptBlockMix: even results first, then the odd ones.</summary>
    private static void MixBlock(uint[] x, uint[] y)
    {
        Span<uint> state = stackalloc uint[BlockWords];
        x.AsSpan(x.Length - BlockWords).CopyTo(state);
        var count = x.Length / BlockWords;
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < BlockWords; j++) state[j] ^= x[i * BlockWords + j];
            Salsa8(state);
            state.CopyTo(y.AsSpan((i % 2 * (count / 2) + i / 2) * BlockWords));
        }
        y.CopyTo(x, 0);
    }

    private static void Salsa8(Span<uint> state)
    {
        Span<uint> s = stackalloc uint[BlockWords];
        state.CopyTo(s);
        for (var round = 0; round < 4; round++)
        {
            Quarter(s, 0, 4, 8, 12); Quarter(s, 5, 9, 13, 1); Quarter(s, 10, 14, 2, 6); Quarter(s, 15, 3, 7, 11);
            Quarter(s, 0, 1, 2, 3); Quarter(s, 5, 6, 7, 4); Quarter(s, 10, 11, 8, 9); Quarter(s, 15, 12, 13, 14);
        }
        for (var i = 0; i < BlockWords; i++) state[i] += s[i];
    }

    private static void Quarter(Span<uint> s, int a, int b, int c, int d)
    {
        s[b] ^= BitOperations.RotateLeft(s[a] + s[d], 7);
        s[c] ^= BitOperations.RotateLeft(s[b] + s[a], 9);
        s[d] ^= BitOperations.RotateLeft(s[c] + s[b], 13);
        s[a] ^= BitOperations.RotateLeft(s[d] + s[c], 18);
    }
}
