using System.Net.Http.Json;
using System.Numerics;
using System.Text.Json.Nodes;
using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Nethereum.JsonRpc.Client;
using Nethereum.Signer;
using PayToken = ComputeRwa.Chain.Contracts.PayToken;

namespace ComputeRwa.Tests.Support;

/// <summary>The chain's jobs without a host: tests step them by hand, restart them, and break the wire or the database under them.</summary>
internal sealed class ChainHarness : IAsyncDisposable
{
    private readonly ProjectorRunner _projectors;
    private readonly RpcClient _rpc;
    private readonly ChainSignals _signals;
    private readonly List<ChainSignals> _others = [];

    private ChainHarness(HardhatNode node, Deployment deployment, EthECKey key, ScratchDatabase scratch, Uri url)
    {
        (Node, Scratch) = (node, scratch);
        Options = new(url, deployment, [OperatorKey.Parse(key.GetPrivateKey())], Confirmations: 1, ClockFromChain: false, TimeSpan.FromMilliseconds(100))
        {
            Watched = [.. LogFilter.Of(deployment), new([Address.Parse(deployment.Contracts.TestDollar)], [])],
        };
        _rpc = new(url, new HttpClient(new AnswerLimit(Wire)));
        Client = new(_rpc);
        _projectors = new(Database, [new TransferRecorder()]);
        _signals = new(Database);
        Restart();
    }

    public HardhatNode Node { get; }
    public ScratchDatabase Scratch { get; }
    public Database Database => Scratch.Database;
    public ChainOptions Options { get; set; }
    public ChainClient Client { get; }
    public ChainStatus Status { get; } = new();
    public BreakableWire Wire { get; } = new();
    public SenderJob Sender { get; private set; } = null!;
    public WatcherJob Watcher { get; private set; } = null!;
    public Address PayToken => Address.Parse(Options.Deployment.Contracts.TestDollar);

    /// <param name="through">how the node is reached, where not directly</param>
    public static async Task<ChainHarness> Create(HardhatNode node, EthECKey? key = null, Uri? through = null)
    {
        var scratch = await ScratchDatabase.Make();
        await TransferRecorder.MakeTable(scratch);
        return new(node, Deployment.Read(await node.Deployment()), key ?? await node.FundedKey(), scratch, through ?? node.Url);
    }

    /// <summary>As after a restart of the program: nothing is left but the database.</summary>
    public void Restart()
    {
        var identity = new ChainIdentity(Client, Options, new NoLifetime(), NullLogger<ChainIdentity>.Instance);
        Sender = MakeSender(Options.Operator, Database, identity);
        Watcher = new(Database, Client, new(Endpoints.Of(_rpc)), Options, identity, Status, _signals, _projectors, ChainSetup.WatcherDuty(Database, TimeProvider.System), TimeProvider.System, NullLogger<WatcherJob>.Instance);
    }

    /// <summary>A lane of a signer; with a database opened again, another replica's, which can wake nobody here.</summary>
    /// <param name="dutyClock">what its duty goes by</param>
    public SenderJob MakeSender(ISigner signer, Database database, ChainIdentity? identity = null, ChainClient? client = null, TimeProvider? dutyClock = null) => new(
        new Lane(database, client ?? Client, Options, signer, Lane.DutyOf(database, signer, dutyClock ?? TimeProvider.System), TimeProvider.System),
        identity ?? new ChainIdentity(Client, Options, new NoLifetime(), NullLogger<ChainIdentity>.Instance), Status, SignalsOf(database), new AbiCatalog(KnownContracts.Types), NullLogger<SenderJob>.Instance);

    private ChainSignals SignalsOf(Database database)
    {
        if (ReferenceEquals(database, Database)) return _signals;
        _others.Add(new(database));
        return _others[^1];
    }

    public async Task<TransactionId> Enqueue(Command command)
    {
        await using var tx = Database.Write();
        var row = await Outbox.Enqueue(tx, command, TimeProvider.System.Now());
        await tx.Commit();
        return row.Id;
    }

    public Task<TransactionId> Mint(string commandId, Address to, BigInteger amount, long gas = 100_000) =>
        Enqueue(Command.Of(commandId, "mint", to.Value, PayToken.Value, new PayToken.Mint { To = to.Value, Amount = amount }, gas));

    public Task<TransactionId> Transfer(string commandId, Address to, BigInteger amount) =>
        Enqueue(Command.Of(commandId, "transfer", to.Value, PayToken.Value, new PayToken.Transfer { To = to.Value, Value = amount }, 100_000));

    /// <summary>Steps sender and watcher until neither has more to do.</summary>
    public Task Drain() => Drain(Sender);

    public async Task Drain(params SenderJob[] senders)
    {
        for (var idle = 0; idle < 2; idle++)
        {
            foreach (var sender in senders)
                while (await sender.Step()) idle = 0;
            if (await Watcher.Step()) idle = 0;
        }
    }

    public async Task<List<OutboxRow>> Rows()
    {
        await using var tx = Database.Read();
        return await OutboxStore.List(tx, null, null, null, 0, 10_000);
    }

    public async Task<OutboxRow> Row(TransactionId id)
    {
        await using var tx = Database.Read();
        return (await OutboxStore.Find(tx, id))!;
    }

    public Task<BigInteger> BalanceOf(Address account) => Client.Ask<PayToken.BalanceOf, BigInteger>(PayToken, new() { Account = account.Value });

    /// <summary>What the projector holds of transfers to an account.</summary>
    public async Task<BigInteger> Recorded(Address account)
    {
        await using var tx = Database.Read();
        var amounts = await tx.Query<string>("SELECT amount FROM recorded_transfers WHERE recipient = @account", new { account });
        return amounts.Aggregate(BigInteger.Zero, (sum, amount) => sum + BigInteger.Parse(amount, System.Globalization.CultureInfo.InvariantCulture));
    }

    public async Task Sql(string sql)
    {
        await using var tx = Database.Write();
        await tx.Execute(sql);
        await tx.Commit();
    }

    public static Address NewAccount() => Address.Parse(EthECKey.GenerateKey().GetPublicAddress());

    public async ValueTask DisposeAsync()
    {
        Sender.Dispose();
        Watcher.Dispose();
        _signals.Dispose();
        foreach (var signals in _others) signals.Dispose();
        await Scratch.DisposeAsync();
    }

    private sealed class NoLifetime : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => default;
        public CancellationToken ApplicationStopping => default;
        public CancellationToken ApplicationStopped => default;
        public void StopApplication() => throw new InvalidOperationException("The program would stop.");
    }
}

/// <summary>A projector of the tests' own: who was given how much of the pay token.</summary>
internal sealed class TransferRecorder : IProjector
{
    public string Name => "recorded-transfers";

    public static Task MakeTable(ScratchDatabase scratch) => scratch.Write(tx => tx.Execute(
        "CREATE TABLE recorded_transfers (position BIGINT PRIMARY KEY, block_number BIGINT NOT NULL, recipient TEXT NOT NULL, amount TEXT NOT NULL)"));

    public async Task Apply(Tx tx, ChainLog log)
    {
        if (log.Decode<PayToken.TransferEvent>() is not { } transfer) return;
        await tx.Execute("INSERT INTO recorded_transfers (position, block_number, recipient, amount) VALUES (@Position, @BlockNumber, @recipient, @amount)",
            new { log.Position, log.BlockNumber, recipient = Address.Parse(transfer.To), amount = transfer.Value });
    }

    public Task RollBack(Tx tx, long fromBlock) => tx.Execute("DELETE FROM recorded_transfers WHERE block_number >= @fromBlock", new { fromBlock });
}

/// <summary>
/// The wire to the node. It can break before a method's request is sent, or after it was carried out and before its answer arrives; it can
/// stop for a while, and it can answer broadcasts in a node's place.
/// </summary>
internal sealed class BreakableWire() : DelegatingHandler(new SocketsHttpHandler())
{
    public string? BreakBefore { get; set; }
    public string? BreakAfter { get; set; }

    /// <summary>Runs once, before the next request that names the method is sent.</summary>
    public (string Method, Func<Task> Meanwhile)? StopBefore { get; set; }

    /// <summary>What every broadcast is refused with.</summary>
    public string? Refusal { get; set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = await request.Content!.ReadAsStringAsync(cancellationToken);
        if (StopBefore is { } stop && body.Contains(stop.Method, StringComparison.Ordinal))
        {
            StopBefore = null;
            await stop.Meanwhile();
        }
        if (BreakBefore is { } before && body.Contains(before, StringComparison.Ordinal)) throw new HttpRequestException("The wire broke before the request.");
        if (Refusal is { } refusal && body.Contains("eth_sendRawTransaction", StringComparison.Ordinal)) return Refused(body, refusal);
        var response = await base.SendAsync(request, cancellationToken);
        if (BreakAfter is { } after && body.Contains(after, StringComparison.Ordinal))
        {
            response.Dispose();
            throw new HttpRequestException("The wire broke before the answer.");
        }
        return response;
    }

    private static HttpResponseMessage Refused(string body, string message) => new()
    {
        Content = JsonContent.Create(JsonNode.Parse(body)!.AsArray().Select(r => new { jsonrpc = "2.0", id = (int)r!["id"]!, error = new { code = -32000, message } })),
    };
}
