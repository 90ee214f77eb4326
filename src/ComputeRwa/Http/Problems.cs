using System.Text.Json;
using System.Text.RegularExpressions;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using Microsoft.AspNetCore.Diagnostics;

namespace ComputeRwa.Http;

/// <summary>RFC 9457 problem. <c>Type</c> is stable; <c>Retryable</c> says whether the same request may succeed later.</summary>
internal sealed record Problem(string Type, string Title, int Status, string Detail, bool Retryable, IReadOnlyList<FieldError> Errors);

/// <summary>Marks routes whose refusals are counted in /metrics by their reason, as <c>Name_reason_total</c>: also of requests that no handler was shown.</summary>
internal sealed record CountsRefusals(string Name, string Help);

/// <summary>The result of a handler that refuses: <c>Results&lt;Ok&lt;T&gt;, Refusal&gt;</c> is the contract of most routes.</summary>
internal sealed class Refusal(Error error) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var problem = Problems.From(error);
        Count(httpContext);
        httpContext.Response.StatusCode = problem.Status;
        if (problem.Status == StatusCodes.Status503ServiceUnavailable) httpContext.Response.Headers.RetryAfter = "1";
        return httpContext.Response.WriteAsJsonAsync(problem, options: null, contentType: "application/problem+json");
    }

    private void Count(HttpContext http)
    {
        // After an exception the framework has taken the route away, and kept it there.
        var route = http.GetEndpoint() ?? http.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        if (route?.Metadata.GetMetadata<CountsRefusals>() is { } counts)
            http.RequestServices.GetRequiredService<Gauges>().Count($"{counts.Name}_{error.Code.Replace('-', '_')}_total", counts.Help, 1);
    }
}

/// <summary>The one place where error codes become HTTP statuses.</summary>
internal static partial class Problems
{
    private static readonly Dictionary<string, (int Status, string Title, bool Retryable)> Codes = new()
    {
        ["invalid"] = (400, "The request has fields that are not acceptable.", false),
        ["malformed"] = (400, "The request could not be read.", false),
        ["idempotency-key-missing"] = (400, "This request needs an Idempotency-Key header.", false),
        ["unauthenticated"] = (401, "This request needs an API key.", false),
        ["forbidden"] = (403, "This key may not do that.", false),
        ["wrong-signature"] = (403, "The signature is not that of the party it must come from.", false),
        ["not-found"] = (404, "There is no such thing.", false),
        ["method-not-allowed"] = (405, "This address does not take that method.", false),
        ["precondition-failed"] = (412, "It was changed since you read it.", false),
        ["precondition-required"] = (428, "This request needs an If-Match header.", false),
        ["too-large"] = (413, "The request body is too large.", false),
        ["unsupported-media-type"] = (415, "The request body must be application/json.", false),
        ["conflict"] = (409, "The request does not fit the present state.", false),
        ["duplicate-name"] = (409, "That is registered already.", false),
        ["idempotency-key-reused"] = (409, "This Idempotency-Key was used for another request.", false),
        ["sequence-gap"] = (409, "A batch before this one is missing.", true),
        ["overlapping-batch"] = (409, "The batch overlaps one that is stored.", false),
        ["previous-hash-mismatch"] = (409, "The batch does not follow the one that is stored.", false),
        ["gpu-already-let"] = (409, "A GPU is committed to another lease in these epochs.", false),
        ["epoch-closed"] = (409, "The epoch is closed.", false),
        ["evidence-dropped"] = (410, "The evidence is no longer kept here.", false),
        ["not-in-default"] = (409, "The lessee is not in default.", true),
        ["already-written"] = (409, "It is written once, and it stands.", false),
        ["nothing-due"] = (409, "Nothing is owed now.", true),
        ["escrow-short"] = (409, "The payer cannot pay as much now.", true),
        ["insufficient-units"] = (409, "The sender does not hold as many units.", false),
        ["synced-through"] = (409, "The lease is synced through another epoch.", false),
        ["not-eligible"] = (409, "The series' rules do not allow this.", false),
        ["not-ready"] = (409, "What this needs has not happened yet.", true),
        ["chain-unavailable"] = (503, "The chain's node does not answer.", true),
        ["database-unavailable"] = (503, "The database does not answer.", true),
        ["busy"] = (503, "There is too much to do at the moment.", true),
        ["storage-full"] = (507, "The database has no space left.", true),
        ["internal"] = (500, "Something broke on our side.", true),
    };

    public static Problem From(Error error)
    {
        var (status, title, retryable) = Codes.TryGetValue(error.Code, out var known) ? known : (409, "The request was refused.", false);
        return new($"/problems/{error.Code}", title, status, error.Message, retryable, error.Fields);
    }

    public static Task Write(HttpContext http, Error error) => new Refusal(error).ExecuteAsync(http);

    /// <summary>Turns what the framework throws for bad input into a problem that names the field; anything else is our fault.</summary>
    public static Error FromException(Exception exception)
    {
        if (Outage.Of(exception) is { } unavailable) return new(unavailable.Code, unavailable.Message, []);
        if (exception is not BadHttpRequestException bad) return new("internal", "The request failed on our side; it changed nothing.", []);
        if (bad.StatusCode == 413) return new("too-large", "The request body is larger than this address takes.", []);
        if (bad.StatusCode == 415) return new("unsupported-media-type", "Send the body as application/json.", []);
        if (bad.InnerException is JsonException json) return Malformed(json);
        return new("malformed", bad.Message, []);
    }

    private static Error Malformed(JsonException json)
    {
        var path = json.Path is null or "$" ? "" : json.Path.TrimStart('$', '.');
        var reason = json.Message.Split(" Path:")[0].Split(" LineNumber:")[0].Replace("ComputeRwa.", "", StringComparison.Ordinal);
        var missing = MissingMembers().Match(reason).Groups["name"].Captures.Select(c => new FieldError(path.Length == 0 ? c.Value : $"{path}.{c.Value}", "is missing")).ToList();
        if (missing.Count > 0) return new("malformed", string.Join(" ", missing.Select(m => $"{m.Field} {m.Reason}.")), missing);
        var field = path.Length == 0 ? "body" : path;
        return new("malformed", $"{field}: {reason}", [new(field, reason)]);
    }

    // The exception has the names of missing members only in its message.
    [GeneratedRegex(@"missing required properties including: ('(?<name>[^']+)'[,;. ]*)+")]
    private static partial Regex MissingMembers();

    public static void UseProblems(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            // What is away is logged once, by the jobs that wait for it.
            SuppressDiagnosticsCallback = context => context.Exception is BadHttpRequestException || Outage.Of(context.Exception) is not null,
            AllowStatusCode404Response = true,
            ExceptionHandler = http => Write(http, FromException(http.Features.Get<IExceptionHandlerFeature>()!.Error)),
        });
        app.UseStatusCodePages(context => Write(context.HttpContext, FromStatus(context.HttpContext)));
    }

    private static Error FromStatus(HttpContext http) => http.Response.StatusCode switch
    {
        401 => new("unauthenticated", "Send an API key as 'Authorization: Bearer KEY'.", []),
        403 => new("forbidden", "The key's role does not allow this.", []),
        404 => new("not-found", $"There is nothing at {http.Request.Path}.", []),
        405 => new("method-not-allowed", $"{http.Request.Path} does not take {http.Request.Method}.", []),
        415 => new("unsupported-media-type", "Send the body as application/json.", []),
        var status => new("malformed", $"The request was refused with status {status}.", []),
    };
}
