extern alias agent;

using agent::ComputeRwa.Agent;
using agent::ComputeRwa.Kernel;
using agent::ComputeRwa.Telemetry;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests.Telemetry.NodeAgent;

public sealed class SpoolTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("computerwa-spool-").FullName;

    internal static readonly NodeKey Key = OpenKey(Samples.Key(4_711).GetPrivateKey());

    internal static readonly Facts Facts = new(
        "node_" + new string('7', 32), Key.Address.Value, [Samples.Uuid(1, 0), Samples.Uuid(1, 1)], new(840_000, 81_559), 86_400, new(0, Hash32.Zero.Value, 0));

    [Fact]
    public void Batches_come_back_in_order_as_they_were_signed()
    {
        using (var spool = Open())
            for (var i = 0; i < 5; i++) Assert.Equal(i, Append(spool, 600 + 60 * i).Link.Sequence);
        using var again = Open();
        var (batches, damaged, resigned) = again.First(3, null);
        Assert.Equal(("0 1 2", 0, 0), (Sequences(batches), damaged.Count, resigned));
        Assert.All(batches.Zip(batches.Skip(1)), pair => Assert.True(pair.Second.Follows(pair.First.Link.ToHead())));
        foreach (var batch in batches) again.Acknowledge(batch);
        Assert.Equal((2, 4), (again.Pending, again.Last!.Sequence));
        Assert.Equal([1, 2], again.Sent().ConvertAll(s => s.Sequence)); // two are kept
    }

    [Fact]
    public void What_follows_a_refused_or_dropped_batch_is_signed_anew_with_the_same_samples()
    {
        using var spool = Open();
        for (var i = 0; i < 4; i++) Append(spool, 600 + 60 * i);
        var (before, _, _) = spool.First(10, null);
        spool.Acknowledge(before[0]);
        Assert.Null(spool.Break);
        spool.Refuse(660, "epoch-closed: it is");
        // What waits now does not follow what the service has: it is not to be sent as it is.
        Assert.Equal(before[2].Link, spool.Break);
        Assert.Equal("epoch-closed: it is\n", File.ReadAllText(Path.Combine(_folder, "refused", "000000000660.txt")));
        Assert.Equal((2, 3), (spool.Pending, spool.Held));
        var (after, _, resigned) = spool.First(10, before[0].Link.ToHead());
        Assert.Equal(("1 2", 2), (Sequences(after), resigned));
        Assert.Null(spool.Break);
        Assert.Equal(before.Skip(2).Select(b => (b.Link.From, b.Columns.Hash())), after.Select(b => (b.Link.From, b.Columns.Hash())));
        Assert.Equal(3, Append(spool, 900).Link.Sequence);
        // It is on the disk: the next look finds it as it is, and signs nothing.
        var (same, _, none) = spool.First(10, null);
        Assert.Equal(("1 2 3", 0), (Sequences(same), none));
    }

    [Fact]
    public void A_damaged_file_is_set_aside_and_an_unfinished_one_was_never_there()
    {
        using (var spool = Open())
        {
            Append(spool, 600);
            Append(spool, 660);
        }
        var file = Path.Combine(_folder, "pending", "000000000600.crwb");
        var bytes = File.ReadAllBytes(file);
        File.WriteAllBytes(file + ".tmp", bytes[..20]);
        for (var i = 0; i < bytes.Length; i++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[i] ^= 0x10;
            Assert.Null(SignedBatch.Read(damaged, Facts, Key));
            Assert.Null(SignedBatch.Read(bytes[..i], Facts, Key));
        }
        bytes[^1] ^= 1;
        File.WriteAllBytes(file, bytes);
        using var again = Open();
        Assert.False(File.Exists(file + ".tmp"));
        var (batches, set, _) = again.First(10, null);
        Assert.Equal((660, 600), (Assert.Single(batches).Link.From, Assert.Single(set)));
        Assert.True(File.Exists(Path.Combine(_folder, "refused", "000000000600.crwb")));
    }

    [Fact]
    public void What_the_service_has_lost_waits_again_and_the_oldest_can_be_dropped()
    {
        using var spool = Open();
        for (var i = 0; i < 3; i++) Append(spool, 600 + 60 * i);
        var (all, _, _) = spool.First(10, null);
        spool.Acknowledge(all[0]);
        spool.Acknowledge(all[1]);
        spool.Recall(all[1].Link);
        Assert.Equal([1, 2], spool.First(10, null).Batches.ConvertAll(b => b.Link.Sequence));
        Assert.Equal((660, 1), (spool.DropOldest(), spool.Pending));
    }

    [Fact]
    public void Two_agents_cannot_use_one_spool()
    {
        using var spool = Open();
        Assert.Throws<SetupException>(() => { using var second = Open(); });
    }

    [Fact]
    public void A_journal_keeps_what_is_in_no_batch_and_drops_a_line_that_was_cut()
    {
        var path = Path.Combine(_folder, "open.samples");
        using (var journal = Journal.Load(path, 2, 0, out _))
            foreach (var at in (int[])[600, 610, 620]) journal.Append(Reading(at));
        File.AppendAllText(path, Reading(630).ToLine()[..25]);
        using (var journal = Journal.Load(path, 2, takenThrough: 610, out var damaged))
        {
            Assert.Equal((1, "610 620", 630), (damaged, Times(journal), journal.End));
            journal.Append(Reading(640));
            journal.DropBefore(620);
        }
        using var again = Journal.Load(path, 2, 0, out var none);
        Assert.Equal((0, "620 640"), (none, Times(again)));
    }

    [Fact]
    public void A_key_that_others_can_read_or_that_is_none_is_refused_without_being_shown()
    {
        var (path, secret) = (Path.Combine(_folder, "key"), Samples.Key(9).GetPrivateKey());
        Machine.WriteSecret(path, secret);
        Assert.Equal(Samples.Key(9).GetPublicAddress(), NodeKey.Open(path, null).ToString());
        Machine.Mode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", Assert.Throws<SetupException>(() => NodeKey.Open(path, null)).Message, StringComparison.Ordinal);
        Machine.Mode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        foreach (var bad in (string[])[secret[..^1], "0x" + new string('f', 64), "{\"version\":3}"])
        {
            File.WriteAllText(path, bad);
            var message = Assert.Throws<SetupException>(() => NodeKey.Open(path, path)).Message;
            Assert.DoesNotContain(bad, message, StringComparison.Ordinal);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Sequences(IEnumerable<SignedBatch> batches) => string.Join(' ', batches.Select(b => b.Link.Sequence));

    private static string Times(Journal journal) => string.Join(' ', journal.Readings.Select(r => r.At));

    private Spool Open()
    {
        var spool = Spool.Open(_folder, keepSent: 2);
        spool.Use(Facts, Key);
        return spool;
    }

    private static SignedBatch Append(Spool spool, long from) =>
        spool.Append(new(0, Hash32.Zero, 0), head => SignedBatch.Make(Facts, Key, head, from, 10, Batching.ToColumns([Reading(from), Reading(from + 20)], 2)));

    private static StepReading Reading(long at) => new(at, 10, [-1, -1, 50, 60, 70_000, 80_000, 1_000, (int)at]);

    private static NodeKey OpenKey(string key)
    {
        var path = Path.GetTempFileName();
        Machine.WriteSecret(path, key);
        try
        {
            return NodeKey.Open(path, null);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
