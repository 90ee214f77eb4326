using System.Net;

namespace ComputeRwa.Verify.Reading;

/// <summary>Files and evidence from a running service: GET /v1/epochs/{n}/file and …/evidence.</summary>
internal static class PublishedApi
{
    /// <summary>Of every epoch that was ever posted. What the service does not have is left out, and is missed later.</summary>
    /// <exception cref="UnreadableException">The service does not answer.</exception>
    public static async Task Fetch(HttpClient http, Uri api, ChainRecord chain, PublishedFiles files)
    {
        foreach (var epoch in chain.Events.Where(e => e.Name == "EpochPosted").Select(e => e["epoch"]).Distinct())
            foreach (var kind in new[] { "file", "evidence" })
                if (await Get(http, new(api, $"/v1/epochs/{epoch}/{kind}")) is { } bytes) files.Add(bytes);
    }

    private static async Task<byte[]?> Get(HttpClient http, Uri url)
    {
        try
        {
            using var response = await http.GetAsync(url);
            if (response.StatusCode == HttpStatusCode.NotFound) return null;
            return response.IsSuccessStatusCode ? await response.Content.ReadAsByteArrayAsync()
                : throw new UnreadableException($"{url} answers {(int)response.StatusCode}");
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            throw new UnreadableException($"{url} does not answer: {e.Message}", e);
        }
    }
}
