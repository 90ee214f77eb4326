using System.Globalization;

namespace ComputeRwa.Chain;

/// <summary>An answer is longer than was asked for, and says how long.</summary>
/// <param name="Length">bytes</param>
/// <param name="Most">bytes that were asked for</param>
internal sealed class AnswerTooLongException(long length, long most)
    : HttpRequestException(HttpRequestError.ConfigurationLimitExceeded, string.Create(CultureInfo.InvariantCulture, $"The answer has {length} bytes; at most {most} are taken in."))
{
    public long Length => length;
    public long Most => most;
}

/// <summary>Lets who could ask a node for less say how much it wants to be told at once: what is longer is not taken in.</summary>
internal sealed class AnswerLimit(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private static readonly AsyncLocal<long?> Longest = new();

    /// <summary>Asks with a limit of so many bytes for each answer.</summary>
    /// <exception cref="HttpRequestException">An answer is longer, by <see cref="HttpRequestError.ConfigurationLimitExceeded"/>, and an <see cref="AnswerTooLongException"/>
    /// where it says how long it is; a client may have wrapped it.</exception>
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
            if (Longest.Value is not { } bytes) return response;
            if (response.Content.Headers.ContentLength is { } length && length > bytes) throw new AnswerTooLongException(length, bytes);
            await response.Content.LoadIntoBufferAsync(bytes, cancellationToken);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
