using System.Diagnostics;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Hex.HexTypes;
using Nethereum.JsonRpc.Client;
using Nethereum.Model;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.Signer;

namespace ComputeRwa.Chain;

/// <summary>
/// A key behind web3signer or whatever else answers eth_signTransaction. What comes back is trusted for its signature alone:
/// the bytes that are stored are put together here, from the transaction that was asked for.
/// </summary>
[DebuggerDisplay("{Address}")]
internal sealed class RemoteSigner(IClient rpc, Address address) : ISigner
{
    public Address Address { get; } = address;

    /// <param name="url">may carry a user and password, which are sent as basic authentication and shown nowhere</param>
    public static RemoteSigner At(Uri url, Address address)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, MaxConnectionsPerServer = 16, PooledConnectionLifetime = TimeSpan.FromMinutes(10) };
        return new(new RpcClient(url, new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(10) }), address);
    }

    public async ValueTask<SignedTransaction> Sign(UnsignedTransaction transaction)
    {
        try
        {
            return Verified(transaction, await rpc.SendRequestAsync<string>("eth_signTransaction", null, Request(transaction)));
        }
        catch (Exception e) when (e is RpcClientUnknownException or RpcClientTimeoutException)
        {
            throw new UnavailableException("signer-unavailable", $"The remote signer of {Address} does not answer.", e);
        }
        catch (RpcResponseException e)
        {
            throw new UnavailableException("signer-unavailable", $"The remote signer of {Address} refuses: {e.RpcError.Message}", e);
        }
    }

    private TransactionInput Request(UnsignedTransaction t) => new(t.CallData, t.To.Value, Address.Value, new HexBigInteger(t.GasLimit), new HexBigInteger(0))
    {
        Nonce = new HexBigInteger(t.Nonce),
        MaxFeePerGas = new HexBigInteger(t.Fees.Max),
        MaxPriorityFeePerGas = new HexBigInteger(t.Fees.MaxPriority),
    };

    /// <summary>The answer's signature over our own transaction must give the answer's very bytes and our signer.</summary>
    private SignedTransaction Verified(UnsignedTransaction asked, string? answer)
    {
        if (answer is null || Signature(answer) is not { } signature) throw Refused("what came back is no signed transaction");
        var ours = asked.ToTransaction();
        ours.SetSignature(signature);
        var raw = ours.GetRLPEncoded();
        if (!raw.AsSpan().SequenceEqual(answer.HexToByteArray())) throw Refused("it signed another transaction than it was asked to");
        return Signs(ours) ? SignedTransaction.Of(raw) : throw Refused("the signature is another key's");
    }

    private static ISignature? Signature(string answer)
    {
        try
        {
            return TransactionFactory.CreateTransaction(answer).Signature;
        }
        catch (Exception e) when (e is FormatException or NotSupportedException or ArgumentException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private bool Signs(Transaction1559 transaction)
    {
        try
        {
            return transaction.VerifyTransaction() && Address.Parse(transaction.GetSenderAddress()) == Address;
        }
        catch (ArgumentException)
        {
            return false; // no key has made it
        }
    }

    private InvalidOperationException Refused(string why) => new($"The remote signer of {Address} is not to be trusted: {why}.");

    public override string ToString() => Address.Value;
}
