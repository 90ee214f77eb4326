using System.Globalization;
using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Fleet;
using ComputeRwa.Http;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry.Meters;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ComputeRwa.Telemetry.Ingest;

/// <param name="StepSeconds">the interval at which the node is scraped; it must divide 300 s and an epoch</param>
internal sealed record SetIngest(int StepSeconds);

/// <param name="On">whether its samples come by the unsigned ways; if so its own batches are refused</param>
/// <param name="Through">where the last batch made of its samples ends</param>
internal sealed record IngestView(string NodeId, bool On, long StepSeconds, DateTimeOffset? Through);

internal static class IngestApi
{
    private const long MostWriteBytes = 8 << 20;
    private const long MostImportBytes = 16 << 20;

    public static void MapIngest(this IEndpointRouteBuilder app)
    {
        var telemetry = app.MapFeature("/v1/telemetry", "Telemetry").RequireAuthorization(Roles.Provider)
            .WithMetadata(new CountsRefusals("computerwa_ingest_refused", "Requests of the unsigned ways that were refused as a whole."));
        telemetry.MapPost("/prometheus/write", Write).WithMetadata(new BodyLimit(MostWriteBytes), new OwnTransactions(), Problem(413), Problem(415), Problem(503))
            .WithSummary("Prometheus remote write (version 1): answered when stored");
        telemetry.MapPost("/import", Import).WithMetadata(new BodyLimit(MostImportBytes), Problem(413), Problem(415))
            .WithSummary("Samples from a file: text/csv of nvidia-smi --query-gpu, text/plain of dcgm-exporter");
        var nodes = app.MapFeature("/v1/nodes/{id}/ingest", "Telemetry");
        nodes.MapPut("/", Set).RequireAuthorization(Roles.Provider).WithSummary("Take a node's samples by the unsigned ways from now on, and no batches of its own");
        nodes.MapDelete("/", End).RequireAuthorization(Roles.Provider).WithSummary("Take the node's own batches again");
        nodes.MapGet("/", Get).WithSummary("By which way a node's samples come");
        app.MapScrapes();
        app.MapMeters();
    }

    private static ProducesResponseTypeMetadata Problem(int status) => new(status, typeof(Problem), ["application/problem+json"]);

    private static async Task<Results<NoContent, Refusal>> Write(HttpContext http, Receiver receiver)
    {
        var body = ((MemoryStream)http.Request.Body).GetBuffer();
        if (!(await receiver.Receive(() => ReadWrite(http.Request, body), http.Provider(), "prometheus")).Ok(out var receipt, out var error)) return new Refusal(error);
        // What would be refused again is not asked for again: a sender keeps what is not answered by 2xx or 4xx and sends it until it is.
        if (receipt.Stored == 0 && receipt.Impossible + receipt.OutOfTime > 0)
            return new Refusal(new("invalid", $"No sample could be stored: {receipt.OutOfTime} are of the future or too old, {receipt.Impossible} are no readings of this hardware.",
                [new("body", receipt.OutOfTime > 0 ? "has times that are not taken" : "has readings that cannot be")]));
        return TypedResults.NoContent();
    }

    private static Result<Arrival> ReadWrite(HttpRequest request, byte[] body)
    {
        var type = request.ContentType ?? "";
        if (!type.StartsWith("application/x-protobuf", StringComparison.OrdinalIgnoreCase) || type.Contains("v2", StringComparison.OrdinalIgnoreCase))
            return new Error("unsupported-media-type", "Send remote write version 1: Content-Type: application/x-protobuf.", [new("Content-Type", "must be application/x-protobuf")]);
        if (!request.Headers.ContentEncoding.ToString().Equals("snappy", StringComparison.OrdinalIgnoreCase))
            return new Error("unsupported-media-type", "Send remote write version 1: Content-Encoding: snappy.", [new("Content-Encoding", "must be snappy")]);
        return SnappyBlock.Read<Arrival>(body, SnappyBlock.Most, WriteRequest.Read);
    }

    /// <param name="at">the time of samples that name none, RFC 3339</param>
    /// <param name="utcOffset">of the machine's local time, which nvidia-smi prints: such as +02:00; none is UTC</param>
    private static async Task<Results<Ok<Receipt>, Refusal>> Import(HttpContext http, Tx tx, Receiver receiver, DateTimeOffset? at = null, string? utcOffset = null)
    {
        if (!ReadImport(http.Request, await Body(http), at, utcOffset).Ok(out var arrival, out var error)) return new Refusal(error);
        return TypedResults.Ok(await receiver.Receive(tx, arrival, http.Provider(), "import"));
    }

    private static Result<Arrival> ReadImport(HttpRequest request, byte[] body, DateTimeOffset? at, string? utcOffset)
    {
        if (request.Headers.ContentEncoding.Count > 0) return new Error("unsupported-media-type", "Send the file as it is, without Content-Encoding.", [new("Content-Encoding", "is not taken")]);
        var offset = TimeSpan.Zero;
        if (utcOffset is not null && !TimeSpan.TryParseExact(utcOffset.TrimStart('+', '-', ' '), @"hh\:mm", CultureInfo.InvariantCulture, out offset))
            return Error.Invalid("utcOffset", "must be such as +02:00");
        if (utcOffset?.StartsWith('-') == true) offset = -offset;
        var type = (request.ContentType ?? "").Split(';')[0].Trim();
        if (type.Equals("text/csv", StringComparison.OrdinalIgnoreCase)) return SmiCsv.Read(body, at?.ToUnixTimeMilliseconds(), offset);
        if (!type.Equals("text/plain", StringComparison.OrdinalIgnoreCase))
            return new Error("unsupported-media-type", "Send nvidia-smi's CSV as text/csv, or dcgm-exporter's text as text/plain.", [new("Content-Type", "must be text/csv or text/plain")]);
        return at is { } time ? Exposition.Read(body, time.ToUnixTimeMilliseconds()) : Error.Invalid("at", "must say when the text was read, such as 2026-07-14T08:12:38Z");
    }

    private static async Task<byte[]> Body(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        return body.ToArray();
    }

    private static async Task<Results<Ok<IngestView>, Refusal>> Set(string id, SetIngest request, HttpContext http, Tx tx, Deployment deployment, GpuDirectory directory, TimeProvider time)
    {
        if (await NodeStore.Find(tx, NodeId.From(id)) is not { } node) return new Refusal(Error.NotFound("node", id));
        if (!http.MayActFor(node.ProviderId)) return new Refusal(NotYours);
        if (request.StepSeconds < 1 || IngestSettings.WindowSeconds % request.StepSeconds != 0 || deployment.Epochs.Seconds % request.StepSeconds != 0)
            return new Refusal(Error.Invalid("stepSeconds", $"must divide {IngestSettings.WindowSeconds} and the epoch's {deployment.Epochs.Seconds} seconds: 15, 30 or 60"));
        await IngestStore.Set(tx, node.Id, true, request.StepSeconds, time.Now());
        Feed.Append(tx, "node.ingest-set", id, new { on = true, stepSeconds = request.StepSeconds }, time.Now());
        directory.Forget();
        return TypedResults.Ok(View(node.Id, await IngestStore.Find(tx, node.Id)));
    }

    private static async Task<Results<Ok<IngestView>, Refusal>> End(string id, HttpContext http, Tx tx, Compactor compactor, GpuDirectory directory, TimeProvider time)
    {
        if (await NodeStore.Find(tx, NodeId.From(id)) is not { } node) return new Refusal(Error.NotFound("node", id));
        if (!http.MayActFor(node.ProviderId)) return new Refusal(NotYours);
        if (await IngestStore.Find(tx, node.Id) is not { IsOn: not 0 } known) return new Refusal(Error.NotFound("ingest of node", id));
        await compactor.Finish(tx, node.ProviderId);
        await IngestStore.Set(tx, node.Id, false, (int)known.StepSeconds, time.Now());
        Feed.Append(tx, "node.ingest-set", id, new { on = false, stepSeconds = known.StepSeconds }, time.Now());
        directory.Forget();
        return TypedResults.Ok(View(node.Id, await IngestStore.Find(tx, node.Id)));
    }

    private static async Task<Results<Ok<IngestView>, Refusal>> Get(string id, Tx tx) =>
        await NodeStore.Find(tx, NodeId.From(id)) is not { } node ? new Refusal(Error.NotFound("node", id)) : TypedResults.Ok(View(node.Id, await IngestStore.Find(tx, node.Id)));

    private static Error NotYours => new("forbidden", "The node belongs to another provider than this key.", [new("id", "is not this key's")]);

    private static IngestView View(NodeId id, IngestNode? node) => new(
        id.Value, node is { IsOn: not 0 }, node?.StepSeconds ?? 0, node is { ThroughSecond: > 0 } ? DateTimeOffset.FromUnixTimeSeconds(node.ThroughSecond) : null);
}
