using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using Nethereum.Contracts;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Signer;
using PayToken = ComputeRwa.Chain.Contracts.PayToken;

namespace ComputeRwa.Tests.Support;

/// <summary>Signed leases for the chain itself, without an API: one provider, and one lessee whose dollars LeaseClaims may take.</summary>
internal sealed class Originator(Deployment deployment)
{
    private static readonly EthECKey Provider = new("0x8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba");
    private static readonly EthECKey Lessee = new("0x92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e");

    public static Address LesseeAddress => Address.Parse(Lessee.GetPublicAddress());

    /// <param name="dollars">base units the lessee has</param>
    public async Task Prepare(HardhatNode node, BigInteger dollars)
    {
        var account = Lessee.GetPublicAddress();
        await node.Rpc.SendRequestAsync<bool>("hardhat_setBalance", null, account, "0x3635c9adc5dea00000");
        await node.Rpc.SendRequestAsync<bool>("hardhat_impersonateAccount", null, account);
        await Send(node, new PayToken.Mint { To = account, Amount = dollars });
        await Send(node, new PayToken.Approve { Spender = deployment.Contracts.LeaseClaims, Value = BigInteger.Pow(2, 256) - 1 });
        await node.Rpc.SendRequestAsync<bool>("hardhat_stopImpersonatingAccount", null, account);
    }

    private async Task Send<T>(HardhatNode node, T message) where T : FunctionMessage
    {
        var hash = await node.Rpc.SendRequestAsync<string>("eth_sendTransaction", null,
            new { from = Lessee.GetPublicAddress(), to = deployment.Contracts.TestDollar, data = message.GetCallData().ToHex(true) });
        Assert.Equal(1, (int)(await new ChainClient(node.Rpc).Receipts([Hash32.Parse(hash)])).Single()!.Status!.Value);
    }

    /// <summary>Each number is a lease of its own.</summary>
    public Lease Lease(long number, EthECKey? signer = null)
    {
        var terms = LeaseCases.Good().Terms with
        {
            Provider = Address.Parse(Provider.GetPublicAddress()),
            Lessee = LesseeAddress,
            PayToken = Address.Parse(deployment.Contracts.TestDollar),
            StartEpoch = 40_000,
            Salt = Keccak.Hash(BitConverter.GetBytes(number)),
        };
        var id = LeaseContracts.Id(terms, deployment);
        return LeaseCases.Lease(terms) with
        {
            Id = id,
            ProviderSignature = Signed(signer ?? Provider, id),
            LesseeSignature = Signed(Lessee, id),
        };
    }

    private static PartySignature Signed(EthECKey key, Hash32 id) => new(LeaseWorld.Sign(key, id.Value).HexToByteArray(), LeaseCases.Now);

    /// <summary>A command with the real contract's kind, target and call data.</summary>
    public Command Command(long number, EthECKey? signer = null) => LeaseContracts.Originate(Lease(number, signer), PermitDesk.None, deployment);

    public OriginationDto Dto(long number)
    {
        var lease = Lease(number);
        return new() { Terms = lease.Terms.ToDto(), ProviderSignature = lease.ProviderSignature!.Bytes, LesseeSignature = lease.LesseeSignature!.Bytes, Permit = PermitDesk.None };
    }
}
