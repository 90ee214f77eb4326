using System.Numerics;
using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;

namespace ComputeRwa.Benchmarks;

/// <summary>
/// The product's way to the chain behind the one command that relayers are compared by, the mint of a plain ERC-1155 token. It stands where the deployment
/// names UseRights, since only contracts of the deployment are called.
/// </summary>
internal static class Relay
{
    public const string Mode = "relay";

    /// <summary>Above what a first mint to an account takes.</summary>
    private const long Gas = 100_000;

    public static async Task Run(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddSingleton(new Database(builder.Configuration["Db:Url"]!));
        builder.AddChain();
        builder.Services.AddHttp();
        await using var app = builder.Build();
        var (database, now) = (app.Services.GetRequiredService<Database>(), DateTimeOffset.UtcNow);
        await Migrator.Migrate(database, now);
        await ApiKeys.EnsureOperator(database, builder.Configuration["Auth:OperatorKey"], now);
        await app.StartChain(now);
        app.UseHttp();
        app.UseChain();
        app.UseUnitOfWork();
        app.MapChain();
        app.MapFeature(Mints.Path, "Relay").MapPost("/", Mint).RequireAuthorization(Roles.Operator);
        await app.RunAsync();
    }

    private static async Task<Accepted<TransactionView>> Mint(MintRequest request, Tx tx, Deployment deployment, TimeProvider time) =>
        await TransactionApi.Accept(tx, Command.Of($"mint:{request.To}:{request.Id}", "mint", request.To, deployment.Contracts.UseRights,
            new MintMessage { To = request.To, Id = BigInteger.Parse(request.Id, System.Globalization.CultureInfo.InvariantCulture), Amount = request.Amount }, Gas), time.Now());
}

internal sealed record MintRequest(string To, string Id, long Amount);

[Function("mint")]
internal sealed class MintMessage : FunctionMessage
{
    [Parameter("address", "to", 1)] public required string To { get; init; }
    [Parameter("uint256", "id", 2)] public required BigInteger Id { get; init; }
    [Parameter("uint256", "amount", 3)] public required BigInteger Amount { get; init; }
}

/// <summary>A unit of one series for each of many accounts.</summary>
internal sealed class Mints : Workload
{
    public const string Path = "/mints";

    private string? _creationCode;

    public override string Name => "plain mint";

    public override bool ByRelay => true;

    public override async Task PrepareChain(AnvilStack chain)
    {
        _creationCode ??= await EndToEnd.Repository.RunNode("scripts/gas/creation-code.mjs", "OpenZeppelin1155");
        chain.Deployment = chain.Deployment with { Contracts = chain.Deployment.Contracts with { UseRights = await chain.Create(_creationCode) } };
    }

    public override Task<List<(string Path, object Body)>> Bodies(AnvilStack chain, HttpClient http, int count) =>
        Task.FromResult(Enumerable.Range(0, count).Select(i => (Path, (object)new MintRequest($"0x{i + 0x10000:x40}", "1", 1))).ToList());
}
