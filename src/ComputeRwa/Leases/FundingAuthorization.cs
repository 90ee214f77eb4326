using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;
using PayToken = ComputeRwa.Kernel.PayToken;

namespace ComputeRwa.Leases;

/// <summary>An ERC-3009 authorization by which a payer funds a line of a lease: it names no lease, so its nonce is made of it.</summary>
/// <param name="Amount">base units</param>
internal sealed record FundingAuthorization(Lease Lease, byte Line, BigInteger Amount, Address Payer, long ValidAfter, long ValidBefore, Hash32 Salt)
{
    public static Result<FundingAuthorization> Check(AuthorizationInput asked, Lease lease, PayToken token, DateTimeOffset now)
    {
        var fields = new Fields();
        var line = FundingLine.Parse(asked.Kind);
        fields.Require(line is not null, "kind", FundingLine.Choices);
        fields.Require(Money.TryParse(asked.Amount, token, out var amount) && amount.BaseUnits > 0 && amount.BaseUnits < BigInteger.One << 96, "amount",
            $"must be a decimal above zero with at most {token.Decimals} fraction digits");
        var payer = fields.Address(asked.Payer, "payer");
        fields.Require(asked.ValidAfter >= 0 && asked.ValidAfter < now.ToUnixTimeSeconds(), "validAfter", "must be unix seconds in the past, 0 for any time");
        fields.Require(asked.ValidBefore > now.ToUnixTimeSeconds(), "validBefore", "must be unix seconds in the future");
        var salt = fields.Hash(asked.Salt, "salt");
        return fields.Error is { } error ? error : new FundingAuthorization(lease, line!.Value, amount.BaseUnits, payer, asked.ValidAfter, asked.ValidBefore, salt);
    }

    /// <summary>LeaseClaims' <c>fundingNonce</c>.</summary>
    public Hash32 Nonce => Keccak.Hash(new Words(3).Add(Lease.Id).Add(Line).Add(Salt).ToBytes());

    /// <param name="payee">LeaseClaims</param>
    public ReceiveWithAuthorizationDto ToSign(Address payee) => new()
    {
        From = Payer.Value, To = payee.Value, Value = Amount, ValidAfter = ValidAfter, ValidBefore = ValidBefore, Nonce = Nonce.ToBytes(),
    };

    /// <summary>A token takes an authorization once, so its payer and nonce name the command.</summary>
    /// <param name="signature">65 bytes</param>
    public Command ToCommand(byte[] signature, Deployment deployment) => Command.Of(
        $"fund:{Lease.Id}:{Payer}:{Nonce}", "fund", Lease.Id.Value, deployment.Contracts.LeaseClaims, new LeaseClaims.FundWithAuthorization
        {
            Id = Lease.Id.ToInteger(), Kind = Line,
            A = new()
            {
                Payer = Payer.Value, Amount = Amount, ValidAfter = ValidAfter, ValidBefore = ValidBefore, Salt = Salt.ToBytes(),
                V = signature[64], R = signature[..32], S = signature[32..64],
            },
        }, LeaseGas.Fund);
}
