using ComputeRwa.Chain;
using ComputeRwa.Kernel;

namespace ComputeRwa.Pricing;

/// <summary>Checks the pay token against its contract as soon as the node answers. A difference ends the program: it could not read an amount right.</summary>
internal sealed class PayTokenJob(PayTokens tokens, ChainClient chain, ChainIdentity identity, IHostApplicationLifetime lifetime, ILogger<PayTokenJob> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!await IsChecked()) await Task.Delay(Pause, stoppingToken);
    }

    /// <returns>false while the node does not answer.</returns>
    private async Task<bool> IsChecked()
    {
        try
        {
            // Another chain ends the program through the other jobs, with the better reason.
            if (await identity.Verified()) await tokens.Verify(chain);
            return true;
        }
        catch (UnavailableException e)
        {
            log.LogDebug(e, "The pay token is not checked yet: the node does not answer");
            return false;
        }
        catch (InvalidOperationException e)
        {
            log.LogCritical(e, "The pay token is not what it should be; stopping");
            lifetime.StopApplication();
            return true;
        }
    }
}
