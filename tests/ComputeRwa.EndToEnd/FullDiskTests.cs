using System.Globalization;
using ComputeRwa.Demo;

namespace ComputeRwa.EndToEnd;

/// <summary>SQLite on a file system of a few megabytes, which something else fills under load.</summary>
[Trait("group", "outages")]
public sealed class FullDiskTests : IAsyncLifetime
{
    private const int Requests = 120;
    private const string Full = "507 /problems/storage-full";
    private const string NotReady = "\"name\":\"database\",\"ready\":false";

    private readonly string _disk = Directory.CreateTempSubdirectory("computerwa-disk-").FullName;

    private string Ballast => Path.Combine(_disk, "ballast");

    public Task InitializeAsync() => InShell($"mount -t tmpfs -o size=16m computerwa {_disk}");

    public async Task DisposeAsync()
    {
        await InShell($"umount {_disk}");
        Directory.Delete(_disk);
    }

    [MountFact]
    public async Task Requests_are_told_nothing_is_half_written_and_all_goes_on_when_there_is_space()
    {
        await using var stack = await Stack.Start(folder: _disk);
        using var admissions = await Admissions.Sign(stack, new(Repository.Seed), Requests);
        Assert.DoesNotContain(NotReady, await stack.Readiness(0), StringComparison.Ordinal);
        var cleared = Task.CompletedTask;
        await admissions.Send(concurrency: 8, request =>
        {
            if (request == Requests / 3) cleared = FillUntilRefused(stack, admissions);
            return Task.CompletedTask;
        });
        await cleared;
        await stack.Idle(TimeSpan.FromMinutes(1));
        Assert.DoesNotContain(NotReady, await stack.Readiness(0), StringComparison.Ordinal);
        Assert.Empty(admissions.Refusals.Keys.Except([Full, "503 /problems/database-unavailable"]));
        using var chain = OnChain.Of(stack);
        Assert.Equal(new(0, 0), await chain.Count(admissions.Accounts));
    }

    private async Task FillUntilRefused(Stack stack, Admissions admissions)
    {
        await InShell($"dd if=/dev/zero of={Ballast} bs=4096 2>/dev/null || true"); // as much as there is
        while (!admissions.Refusals.ContainsKey(Full)) await Task.Delay(50);
        Assert.Contains(NotReady, await stack.Readiness(0), StringComparison.Ordinal);
        await Task.Delay(TimeSpan.FromSeconds(1)); // the sender meets it, too
        File.Delete(Ballast);
    }

    private static async Task InShell(string command)
    {
        var (exit, output) = await Shell.Run(command, []);
        if (exit != 0) throw new InvalidOperationException($"{command}: {output}");
    }
}

/// <summary>Only who may mount a file system can have a small one.</summary>
public sealed class MountFactAttribute : FactAttribute
{
    private const int SystemAdministrator = 21; // CAP_SYS_ADMIN

    public MountFactAttribute()
    {
        var held = File.ReadLines("/proc/self/status").Single(l => l.StartsWith("CapEff:", StringComparison.Ordinal))["CapEff:".Length..].Trim();
        if ((ulong.Parse(held, NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> SystemAdministrator & 1) == 0) Skip = "needs the right to mount a file system";
    }
}
