using ComputeRwa.Chain;
using ComputeRwa.Claims;
using ComputeRwa.Db;
using ComputeRwa.Fleet;
using ComputeRwa.Http;
using ComputeRwa.Leases;
using ComputeRwa.Pricing;
using ComputeRwa.Settlement;

namespace ComputeRwa.Web;

/// <summary>Plain pages to look at a local chain, which no public explorer reaches. They read what the API reads and change nothing.</summary>
internal static class WebPages
{
    public static void MapWeb(this IEndpointRouteBuilder app)
    {
        var pages = app.MapGroup("").ExcludeFromDescription().WithMetadata(new NeedsNoChain());
        pages.MapGet("/", Overview);
        pages.MapGet("/leases/{id}", Lease);
        pages.MapGet("/leases/{id}/epochs/{epoch:long}", Statement);
        pages.MapGet("/tokens/{id}", Token);
        pages.MapGet("/transactions", Transactions);
        pages.MapGet("/transactions/{id}", Transaction);
        pages.MapGet("/reconciliation", Reconciliation);
        pages.MapGet("/style.css", () => Results.Text(Layout.Style, "text/css; charset=utf-8"));
    }

    private static async Task<IResult> Overview(Tx tx, LeaseBoard board, EpochDesk desk, ChainStatus status, Deployment deployment)
    {
        var leases = await board.Views(tx, await LeaseStore.List(tx, "", Paging.Most));
        var nodes = await NodeStore.List(tx, null, "", Paging.Most);
        var recent = await OutboxStore.Latest(tx, 12);
        var epochs = new List<EpochView>();
        foreach (var row in await EpochStore.List(tx, long.MaxValue, 14)) epochs.Add(await desk.View(tx, row));
        return OverviewPage.Render(status.Head, deployment, leases, nodes, epochs, recent).ToResult();
    }

    private static async Task<IResult> Lease(string id, Tx tx, LeaseBoard board)
    {
        if (await LeaseStore.Find(tx, id) is not { } lease) return Missing("lease", id);
        var view = await board.View(tx, lease);
        var syncs = (await LeaseChainStore.Syncs(tx, [lease.Id]))[lease.Id].ToList();
        var cash = (await LeaseChainStore.Cash(tx, [lease.Id]))[lease.Id].ToList();
        var revenue = await RevenueStore.Of(tx, lease.Id, -1, Paging.Most);
        var index = await IndexValueStore.Latest(tx, lease.Terms.GpuModel.Text, lease.Terms.Region.Text, lease.Terms.LastEpoch, 30);
        return LeasePage.Render(view, board.TokenOf(lease.Terms), syncs, cash, revenue, index).ToResult();
    }

    private static async Task<IResult> Statement(long epoch, string id, Tx tx, LeaseBoard board, Deployment deployment) =>
        (await ProofApi.LoadStatement(tx, epoch, id, board, deployment)).Ok(out var view, out _) ? StatementPage.Render(view).ToResult() : Missing("statement of lease", id);

    private static async Task<IResult> Reconciliation(Tx tx, Reconciler reconciler) => (await reconciler.Run(tx, Paging.Most)).Ok(out var found, out var error)
        ? ReconciliationPage.Render(found.Block.Number, found.Block.MinedAt, found.Checks).ToResult()
        : Layout.Page("Reconciliation", Html.Of($"<p>{error.Message}</p>")).ToResult();

    private static async Task<IResult> Token(string id, Tx tx, LeaseBoard board, Deployment deployment)
    {
        if (await LeaseStore.Find(tx, id) is not { } lease) return Missing("token", id);
        var book = await ClaimStore.Book(tx, lease);
        return TokenPage.Render(
            await board.View(tx, lease), board.TokenOf(lease.Terms), deployment, book,
            await ClaimStore.Transfers(tx, lease.Id), await ClaimStore.Payouts(tx, lease.Id)).ToResult();
    }

    private static async Task<IResult> Transactions(Tx tx, long after = 0) =>
        TransactionPages.List(await OutboxStore.List(tx, null, null, null, after, 100)).ToResult();

    private static async Task<IResult> Transaction(string id, Tx tx, AbiCatalog catalog) =>
        await TransactionApi.Load(tx, id, catalog) is { } view ? TransactionPages.One(view).ToResult() : Missing("transaction", id);

    private static IResult Missing(string noun, string id) => Results.Content(
        Layout.Page("Not found", Html.Of($"<p>There is no {noun} {id}.</p>")).Markup, "text/html; charset=utf-8", statusCode: 404);
}
