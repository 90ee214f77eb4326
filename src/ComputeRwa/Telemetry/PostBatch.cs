using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace ComputeRwa.Telemetry;

/// <param name="Sequence">0 for a node's first batch, then one more each time</param>
/// <param name="From">time of the first sample, a whole second</param>
/// <param name="StepSeconds">1 to 3,600: a sample stands for the step that begins at its time</param>
/// <param name="PreviousHash">hash of the batch before; zeros for the first</param>
/// <param name="Signature">the node key's EIP-191 signature over the batch hash; without it the batch is self-reported</param>
internal sealed record PostBatch(
    string NodeId, long Sequence, DateTimeOffset From, int StepSeconds, string PreviousHash, ColumnsJson Columns, string? Signature = null)
{
    /// <summary>
    /// Reads the body in one piece, as Http/UnitOfWork.cs has laid it down: the framework's own binding walks through small segments, and that
    /// took more than half of all the time a batch takes.
    /// </summary>
    public static ValueTask<PostBatch?> BindAsync(HttpContext http)
    {
        if (!http.Request.HasJsonContentType()) throw new BadHttpRequestException("The body must be application/json.", StatusCodes.Status415UnsupportedMediaType);
        var options = http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        try
        {
            return new(JsonSerializer.Deserialize<PostBatch>(((MemoryStream)http.Request.Body).GetBuffer(), options) ?? throw new JsonException("must be an object"));
        }
        catch (JsonException e)
        {
            throw new BadHttpRequestException("The body could not be read.", e);
        }
    }
}
