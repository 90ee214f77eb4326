using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Http;

/// <summary>Marks a POST that moves money or writes to the chain: it must carry an Idempotency-Key.</summary>
internal sealed record NeedsIdempotencyKey;

/// <summary>Marks a POST whose response holds a secret: it is never kept, so a repeat makes a new one.</summary>
internal sealed record NeverKept;

/// <summary>Marks a route that takes larger bodies than usual, in bytes.</summary>
internal sealed record BodyLimit(long Bytes);

/// <summary>
/// Marks a POST that is a repeat by what it says, so it needs no Idempotency-Key, and whose handler stores by transactions of its own: it is given
/// the body, in whole and unpacked, and nothing else.
/// </summary>
/// <param name="MostUnpacked">bytes a body may have under its Content-Encoding; null for a handler that unpacks it itself and is given it as it came</param>
internal sealed record OwnTransactions(long? MostUnpacked = null);

/// <summary>
/// One request, one transaction. A handler asks for <see cref="Tx"/> as a parameter and never commits: what it changed, the
/// commands it put in the outbox and the response kept for its Idempotency-Key are committed together when it succeeds, and
/// all forgotten when it fails. The body is read before the transaction opens, so a slow client holds no lock.
/// </summary>
internal sealed class UnitOfWork(RequestDelegate next, Database database, TimeProvider time)
{
    public const long DefaultBodyLimit = 1 << 20;
    private const int MostAttempts = 10;

    /// <summary>Bytes of large bodies under way at once, however many clients send them.</summary>
    private const long MostUnpacked = 128 << 20;

    private const string Deadlock = "40P01";
    private const string SerializationFailure = "40001";
    private const string UniqueViolation = "23505";

    private readonly SemaphoreSlim _unpacking = new(Environment.ProcessorCount);
    private long _unpacked;

    public async Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint() is not { } endpoint) await next(http);
        else if (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method)) await Read(http);
        else await Write(http, endpoint);
    }

    private async Task Read(HttpContext http)
    {
        await using var tx = database.Read();
        http.Items[typeof(Tx)] = tx;
        await next(http);
    }

    private async Task Write(HttpContext http, Endpoint endpoint)
    {
        var limit = endpoint.Metadata.GetMetadata<BodyLimit>()?.Bytes ?? DefaultBodyLimit;
        if (await ReadBody(http.Request, limit) is not { } body)
        {
            await Problems.Write(http, new("too-large", $"The body is larger than {limit} bytes.", []));
            return;
        }
        if (endpoint.Metadata.GetMetadata<OwnTransactions>() is { } own)
        {
            await Hand(http, body, own.MostUnpacked);
            return;
        }
        var key = endpoint.Metadata.GetMetadata<NeverKept>() is null ? http.Request.Headers["Idempotency-Key"].ToString() : "";
        if (Check(key, endpoint) is { } error)
        {
            await Problems.Write(http, error);
            return;
        }
        var request = new KeyedRequest(http.KeyId(), key, RequestHash(http.Request, body));
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await Attempt(http, body, request);
                return;
            }
            catch (DbException e) when (e.SqlState is Deadlock or SerializationFailure or UniqueViolation && attempt < MostAttempts)
            {
                // Two requests at once wanted the same rows in another order, or both found a name free. Nothing of this one was kept or answered
                // yet, and the second time it sees what the other has done.
                http.Response.Clear();
            }
        }
    }

    /// <summary>Gives a handler the body as it was before its Content-Encoding, as long as those under way leave room.</summary>
    private async Task Hand(HttpContext http, byte[] body, long? most)
    {
        if (most is not { } bound)
        {
            await HandOn(http, body);
            return;
        }
        byte[]? unpacked;
        await _unpacking.WaitAsync(http.RequestAborted);
        try
        {
            if (!ContentCoding.Decode(http.Request.Headers.ContentEncoding.ToString(), body, bound).Ok(out unpacked, out var error))
            {
                await Problems.Write(http, error);
                return;
            }
        }
        finally
        {
            _unpacking.Release();
        }
        await HandOn(http, unpacked);
    }

    private async Task HandOn(HttpContext http, byte[] body)
    {
        try
        {
            if (Interlocked.Add(ref _unpacked, body.Length) > MostUnpacked)
            {
                await Problems.Write(http, new("busy", "Requests under way leave no room for this one.", []));
                return;
            }
            http.Request.Body = new MemoryStream(body, 0, body.Length, writable: false, publiclyVisible: true);
            await next(http);
        }
        finally
        {
            Interlocked.Add(ref _unpacked, -body.Length);
        }
    }

    private async Task Attempt(HttpContext http, byte[] body, KeyedRequest request)
    {
        http.Request.Body = new MemoryStream(body, writable: false);
        await using var tx = database.Write();
        http.Items[typeof(Tx)] = tx;
        if (request.Key.Length > 0 && !await Claim(tx, request)) await Replay(tx, http, request);
        else await Run(http, tx, request);
    }

    private async Task Run(HttpContext http, Tx tx, KeyedRequest request)
    {
        var (response, leaves) = (http.Response.Body, http.RequestAborted);
        using var buffer = new MemoryStream();
        http.Response.Body = buffer;
        http.RequestAborted = CancellationToken.None; // for a client that has left ASP.NET writes no body, and that would be kept as the answer
        try
        {
            await next(http);
            if (http.Response.StatusCode < 400)
            {
                if (request.Key.Length > 0) await Keep(tx, http.Response, request, buffer);
                await tx.Commit();
            }
        }
        finally
        {
            (http.Response.Body, http.RequestAborted) = (response, leaves);
        }
        buffer.Position = 0;
        await buffer.CopyToAsync(response, http.RequestAborted);
    }

    private static Error? Check(string key, Endpoint endpoint)
    {
        if (key.Length == 0)
            return endpoint.Metadata.GetMetadata<NeedsIdempotencyKey>() is null ? null
                : new("idempotency-key-missing", "Send an Idempotency-Key of your own choosing, one for each intended effect.", [new("Idempotency-Key", "is missing")]);
        return key.Length <= 128 && key.All(c => c is > ' ' and <= '~') ? null
            : Error.Invalid("Idempotency-Key", "must have 1 to 128 visible ASCII characters");
    }

    /// <summary>Makes the key this request's. A request that holds it already is waited for, on whichever replica it runs.</summary>
    /// <returns>false when the key was used before.</returns>
    private async Task<bool> Claim(Tx tx, KeyedRequest request) => await tx.Execute(
        """
        INSERT INTO idempotent_requests (caller, idempotency_key, request_sha256, status, body, created_at) VALUES (@Caller, @Key, @Sha256, 0, '', @now)
        ON CONFLICT (caller, idempotency_key) DO NOTHING
        """,
        new { request.Caller, request.Key, request.Sha256, now = time.Now() }) == 1;

    private static async Task Replay(Tx tx, HttpContext http, KeyedRequest request)
    {
        var kept = await tx.Single<KeptResponse>(
            "SELECT request_sha256, status, content_type, location, body FROM idempotent_requests WHERE caller = @Caller AND idempotency_key = @Key", request);
        if (kept.RequestSha256 != request.Sha256)
        {
            await Problems.Write(http, new("idempotency-key-reused", "This Idempotency-Key was used for a request with another path or body.",
                [new("Idempotency-Key", "was used for another request")]));
            return;
        }
        http.Response.StatusCode = (int)kept.Status;
        http.Response.ContentType = kept.ContentType;
        if (kept.Location is not null) http.Response.Headers.Location = kept.Location;
        http.Response.Headers["Idempotent-Replay"] = "true";
        await http.Response.WriteAsync(kept.Body, http.RequestAborted);
    }

    private static Task Keep(Tx tx, HttpResponse response, KeyedRequest request, MemoryStream body) => tx.Send(
        """
        UPDATE idempotent_requests SET status = @status, content_type = @ContentType, location = @location, body = @body
        WHERE caller = @Caller AND idempotency_key = @Key
        """,
        new
        {
            request.Caller,
            request.Key,
            status = (long)response.StatusCode,
            response.ContentType,
            location = response.Headers.Location.ToString() is { Length: > 0 } location ? location : null,
            body = Encoding.UTF8.GetString(body.ToArray()),
        });

    private static string RequestHash(HttpRequest request, byte[] body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n"));
        hash.AppendData(body);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <returns>null when the body is over the limit.</returns>
    private static async Task<byte[]?> ReadBody(HttpRequest request, long limit)
    {
        if (request.ContentLength > limit) return null;
        using var body = new PiecedBuffer();
        for (int read; (read = await request.Body.ReadAsync(body.Room, request.HttpContext.RequestAborted)) > 0;)
        {
            body.Advance(read);
            if (body.Length > limit) return null;
        }
        return body.ToArray();
    }

    private sealed record KeyedRequest(string Caller, string Key, string Sha256);

    private sealed record KeptResponse(string RequestSha256, long Status, string? ContentType, string? Location, string Body);
}
