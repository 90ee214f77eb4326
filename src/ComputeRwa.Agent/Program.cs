using System.Runtime.InteropServices;
using System.Text.Json;
using ComputeRwa.Kernel;

namespace ComputeRwa.Agent;

/// <summary>The command line: exit code 0 when it ended as asked, 1 when something broke, 2 when the settings cannot work, 3 when one batch was asked for and waits.</summary>
internal static class Program
{
    private const int Broken = 1, Misconfigured = 2, Waits = 3;

    internal static async Task<int> Main(string[] args)
    {
        if (args.Contains("--help"))
        {
            Console.WriteLine(Settings.Usage);
            return 0;
        }
        if (!Settings.Read(args, Environment.GetEnvironmentVariable).Ok(out var settings, out var error))
        {
            foreach (var field in error.Fields) await Console.Error.WriteLineAsync($"computerwa-agent: {field.Field} {field.Reason}");
            return Misconfigured;
        }
        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => Stop(c, stop));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => Stop(c, stop));
        var log = new Log(Console.Out, settings.Verbose);
        try
        {
            return await Run(settings, log, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            log.Info("stopped");
            return 0;
        }
        catch (SetupException e)
        {
            log.Error("cannot-work", ("reason", e.Message));
            return Misconfigured;
        }
        catch (Exception e)
        {
            log.Error("broke", ("reason", e));
            return Broken;
        }
    }

    private static void Stop(PosixSignalContext context, CancellationTokenSource stop)
    {
        context.Cancel = true;
        stop.Cancel();
    }

    private static async Task<int> Run(Settings settings, Log log, CancellationToken stop)
    {
        var key = NodeKey.Open(settings.KeyFile, settings.PasswordFile);
        using var spool = Spool.Open(settings.Spool, settings.KeepSent);
        using var service = new Service(settings.Api, settings.Node, ApiKey(settings));
        if (settings.NewKeyFile is { } newKey)
            return await new KeyReplacement(spool, service, settings, log).Run(key, NodeKey.Open(newKey, settings.NewPasswordFile), stop) ? 0 : Waits;
        if (await Facts(settings, spool, service, log, stop) is not { } facts) return Waits;
        spool.Use(facts, key);
        var last = spool.Last;
        var signing = facts.KeyAt(Math.Max(last?.Sequence + 1 ?? 0, facts.Head.NextSequence));
        if (signing != key.Address) throw new SetupException($"{settings.KeyFile} holds the key of {key.Address}, and the node's is {signing}.");
        if (facts.EpochSeconds % settings.Step != 0) throw new SetupException($"--step {settings.Step} does not divide the epoch's {facts.EpochSeconds} s.");

        using var journal = Journal.Load(spool.JournalPath, facts.Gpus, last?.To ?? facts.Head.EndsAt, out var damaged);
        if (damaged > 0) log.Warn("journal-cut", ("lines", damaged));
        log.Info("started", ("node", facts.NodeId), ("key", key.Address), ("gpus", facts.Gpus), ("next_sequence", last?.Sequence + 1 ?? facts.Head.NextSequence), ("pending", spool.Pending), ("journal", journal.Readings.Count));

        using var source = new Source(settings);
        var sender = new Sender(spool, service, settings, log);
        var sampler = new Sampler(facts, key, new(settings.Step, settings.BatchSeconds, facts.EpochSeconds), source, journal, spool, settings, log);
        if (settings.Once) return await Once(sampler, sender, spool, log, stop);
        using var together = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var tasks = new[]
        {
            sampler.Run(() =>
            {
                sender.Notify();
                return true;
            }, together.Token),
            sender.Run(together.Token),
        };
        // Neither goes on alone: a program that only seems to work is worse than one that its supervisor starts again.
        var first = await Task.WhenAny(tasks);
        await together.CancelAsync();
        await Task.WhenAll(tasks).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await first;
        return 0;
    }

    private static async Task<int> Once(Sampler sampler, Sender sender, Spool spool, Log log, CancellationToken stop)
    {
        await sampler.Run(() => false, stop);
        while (spool.Pending > 0)
        {
            if ((await sender.Round(stop)).Failed is not { } why) continue;
            log.Warn("not-sent", ("pending", spool.Pending), ("reason", why));
            return Waits;
        }
        return 0;
    }

    /// <summary>What the service says of the node, or what it said at an earlier start.</summary>
    /// <returns>null when neither is to be had and it is not to be waited for.</returns>
    private static async Task<Facts?> Facts(Settings settings, Spool spool, Service service, Log log, CancellationToken stop)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                var facts = await service.Facts(stop);
                spool.WriteFacts(facts);
                return facts;
            }
            catch (AwayException e)
            {
                try
                {
                    if (spool.ReadFacts() is { } known && known.NodeId == settings.Node)
                    {
                        log.Warn("service-away", ("reason", e.Message));
                        return known;
                    }
                }
                catch (JsonException damaged)
                {
                    log.Warn("facts-damaged", ("reason", damaged.Message));
                }
                log.Error("service-away", ("reason", $"nothing is known of the node yet, so nothing can be taken: {e.Message}"));
                if (settings.Once) return null;
                await Task.Delay(Backoff.After(failures, settings.RetryMost, Random.Shared.NextDouble(), null), stop);
            }
        }
    }

    private static string ApiKey(Settings settings)
    {
        if (settings.ApiKeyFile is { } path) return NodeKey.Secret(path);
        return Environment.GetEnvironmentVariable(Settings.Variables + "API_KEY") is { Length: > 0 } key ? key
            : throw new SetupException($"Name the provider's API key with --api-key-file, or give it as {Settings.Variables}API_KEY.");
    }
}
