namespace ComputeRwa.Chain;

/// <summary>Lets who could ask a node for less say how much it wants to be told at once: what is longer is not taken in.</summary>
internal sealed class AnswerLimit(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private static readonly AsyncLocal<long?> Longest = new();

    /// <summary>Asks with a limit of so many bytes for each answer.</summary>
    /// <exception cref="HttpRequestException">An answer is longer, by <see cref="HttpRequestError.ConfigurationLimitExceeded"/>; a client may have wrapped it.</exception>
    public static async Task<T> Within<T>(long bytes, Func<Task<T>> ask)
    {
        Longest.Value = bytes; // for what is called from here, and not for who called
        return await ask();
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        try
        {
            if (Longest.Value is { } bytes) await response.Content.LoadIntoBufferAsync(bytes, cancellationToken);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
