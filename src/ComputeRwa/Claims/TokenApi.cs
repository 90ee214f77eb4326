using System.Numerics;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using ComputeRwa.Leases;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Claims;

internal static class TokenApi
{
    public static void MapTokens(this IEndpointRouteBuilder app)
    {
        var tokens = app.MapFeature("/v1/tokens", "Claims");
        tokens.MapGet("/contract.json", Contract).WithSummary("ERC-7572 metadata of the claims contract");
        tokens.MapGet("/contract.svg", ContractImage).Produces<string>(contentType: "image/svg+xml").WithSummary("The collection's image");
        // What the contract's uri makes of a token id: 64 hex digits without 0x.
        tokens.MapGet("/{id}.json", Metadata).WithSummary("ERC-1155 metadata of a lease's units");
        tokens.MapGet("/{id}.svg", Image).Produces<string>(contentType: "image/svg+xml").WithSummary("A lease drawn");
    }

    private static Ok<ContractMetadata> Contract(HttpContext http) => TypedResults.Ok(Tokens.DescribeContract(SiteOf(http)));

    private static ContentHttpResult ContractImage(HttpContext http) => Svg(http, TokenImage.DrawContract());

    private static async Task<Results<Ok<TokenMetadata>, Refusal>> Metadata(string id, HttpContext http, Tx tx, LeaseBoard board) =>
        await Facts(tx, id, board) is { } facts ? TypedResults.Ok(Tokens.Describe(facts, SiteOf(http))) : new Refusal(Error.NotFound("token", id));

    private static async Task<Results<ContentHttpResult, Refusal>> Image(string id, HttpContext http, Tx tx, LeaseBoard board) =>
        await Facts(tx, id, board) is { } facts ? Svg(http, TokenImage.Draw(facts)) : new Refusal(Error.NotFound("token", id));

    private static async Task<TokenFacts?> Facts(Tx tx, string id, LeaseBoard board)
    {
        if (await LeaseStore.Find(tx, "0x" + id) is not { } lease) return null;
        var paid = (await ClaimStore.Payouts(tx, lease.Id)).Aggregate(BigInteger.Zero, (sum, p) => sum + p.Amount);
        return new(lease, await board.Status(tx, lease), (await LeaseChainStore.Accounts(tx, [lease]))[lease.Id], paid, board.TokenOf(lease.Terms),
            [.. (await LeaseStore.Gpus(tx, [lease.Id]))[lease.Id]]);
    }

    /// <summary>An image that anyone may embed and that can run nothing.</summary>
    private static ContentHttpResult Svg(HttpContext http, string svg)
    {
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Content(svg, "image/svg+xml; charset=utf-8");
    }

    private static string SiteOf(HttpContext http) => $"{http.Request.Scheme}://{http.Request.Host}";
}
