using System.Numerics;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.RPC.Accounts;
using Nethereum.RPC.NonceServices;
using Nethereum.RPC.TransactionManagers;
using Nethereum.Signer;

namespace Nethereum.Web3.Accounts;

/// <summary>A private key held in this process.</summary>
public class Account : IAccount
{
    public Account(string privateKey, BigInteger? chainId = null) : this(new EthECKey(privateKey), chainId)
    {
    }

    public Account(byte[] privateKey, BigInteger? chainId = null) : this(new EthECKey(privateKey, true), chainId)
    {
    }

    public Account(EthECKey key, BigInteger? chainId = null)
    {
        PrivateKey = key.GetPrivateKey();
        PublicKey = key.GetPubKey().ToHex();
        Address = key.GetPublicAddress();
        ChainId = chainId;
        TransactionManager = new AccountSignerTransactionManager(this, key);
    }

    public BigInteger? ChainId { get; }

    public string PrivateKey { get; }

    public string PublicKey { get; }

    public string Address { get; protected set; }

    public ITransactionManager TransactionManager { get; protected set; }

    public INonceService? NonceService { get; set; }
}
