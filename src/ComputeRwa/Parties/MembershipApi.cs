using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Parties;

/// <param name="Jurisdiction">ISO 3166-1 numeric</param>
/// <param name="InvestorClass">0 none, 1 retail, 2 professional, 3 institution</param>
/// <param name="Nonce">decimal string; each account's nonces may be used once, in any order</param>
/// <param name="Deadline">until when the signature may be presented, unix seconds</param>
internal sealed record DraftAdmission(string Account, DateTimeOffset ValidUntil, int Jurisdiction, int InvestorClass, string Nonce, long Deadline);

/// <param name="Signature">the registrar's, over the typed data</param>
internal sealed record PresentAdmission(
    string Account, DateTimeOffset ValidUntil, int Jurisdiction, int InvestorClass, string Nonce, long Deadline, string Signature);

/// <param name="ValidUntil">null: never admitted, or admission taken back</param>
internal sealed record MembershipView(string Account, DateTimeOffset? ValidUntil, long Jurisdiction, long InvestorClass, bool Blocked);

internal static class MembershipApi
{
    private const long AdmitGas = 150_000;

    public static void MapMemberships(this IEndpointRouteBuilder app)
    {
        var memberships = app.MapFeature("/v1/memberships", "Parties");
        memberships.MapPost("/typed-data", TypedData).RequireAuthorization(Roles.Operator).WithSummary("An admission for the registrar to sign");
        memberships.MapPost("/", Admit).RequireAuthorization(Roles.Operator).WithMetadata(new NeedsIdempotencyKey()).WithSummary("Present a signed admission to the chain");
        memberships.MapGet("/{address}", Get).WithSummary("An account's standing, as the chain has it");
    }

    private static Results<Ok<TypedDataView>, Refusal> TypedData(DraftAdmission r, Deployment deployment, TimeProvider time) =>
        Admission.Draft(r.Account, r.ValidUntil, r.Jurisdiction, r.InvestorClass, r.Nonce, r.Deadline, time.Now()).Ok(out var admission, out var error)
            ? TypedResults.Ok(Eip712.View(SigningDomains.Eligibility(deployment), admission.ToDto()))
            : new Refusal(error);

    private static async Task<Results<Accepted<TransactionView>, Refusal>> Admit(
        PresentAdmission r, Tx tx, Deployment deployment, ChainClient chain, SignatureCheck signatures, TimeProvider time)
    {
        var now = time.Now();
        if (!Admission.Draft(r.Account, r.ValidUntil, r.Jurisdiction, r.InvestorClass, r.Nonce, r.Deadline, now).Ok(out var admission, out var error)) return new Refusal(error);
        var eligibility = Address.Parse(deployment.Contracts.Eligibility);
        var digest = Eip712.Digest(SigningDomains.Eligibility(deployment), admission.ToDto());
        var registrar = Address.Parse(await chain.AskOrRemember<Eligibility.Registrar, string>(eligibility, new(),
            known => Signatures.TryParse(r.Signature, out var given) && Signatures.IsBy(Address.Parse(known), digest, given, out _)));
        if (!(await signatures.Check(r.Signature, registrar, digest, "signature")).Ok(out var signature, out error)) return new Refusal(error);
        var command = Command.Of($"admit:{admission.Account}:{admission.Nonce}", "admit", admission.Account.Value, eligibility.Value,
            new Eligibility.Admit { Admission = admission.ToDto(), Signature = signature }, AdmitGas);
        return await TransactionApi.Accept(tx, command, now);
    }

    private static async Task<Results<Ok<MembershipView>, Refusal>> Get(string address, Tx tx)
    {
        if (!Address.TryParse(address, out var account, out var reason)) return new Refusal(Error.Invalid("address", reason));
        var membership = await MembershipStore.Find(tx, account);
        return TypedResults.Ok(membership is null ? new MembershipView(account.Value, null, 0, 0, false) : new(
            account.Value, membership.ValidUntil == DateTimeOffset.UnixEpoch ? null : membership.ValidUntil,
            membership.Jurisdiction, membership.InvestorClass, membership.Blocked != 0));
    }
}
