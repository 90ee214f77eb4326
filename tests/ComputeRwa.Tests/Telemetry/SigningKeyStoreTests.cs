using System.Globalization;
using ComputeRwa.Db;
using ComputeRwa.Fleet;
using ComputeRwa.Kernel;
using ComputeRwa.Telemetry;
using ComputeRwa.Tests.Support;
using ComputeRwa.Tests.Telemetry.Ingest;

namespace ComputeRwa.Tests.Telemetry;

/// <summary>Batches and replacements of keys that meet in the database. A signature here is the number of the key that made it.</summary>
[Trait("engine", "both")]
[StartsEarly(7)]
public class SigningKeyStoreTests
{
    private const long Day = 86_400;
    private const int Account = 999;
    private static readonly long Start = (Samples.Now.ToUnixTimeSeconds() / Day - 10) * Day;

    /// <summary>Checked under the old key, stored after the replacement: it must not become a link.</summary>
    [Theory]
    [InlineData(0, 0, "wrong-signature")]
    [InlineData(0, 1, "accepted")]
    [InlineData(2, 1, "wrong-signature")]
    [InlineData(2, 3, "waiting")]
    public async Task A_batch_that_was_checked_before_the_key_was_replaced_is_judged_by_the_new_key_when_it_is_stored(int sequence, int from, string status)
    {
        await using var scratch = await ScratchDatabase.Make();
        var keyed = await Keyed.Make(scratch, 1, 4);
        var before = Assert.IsType<ReadyBatch>(await keyed.Check(scratch.Database, sequence, keyed.Own));
        Assert.Equal("", await keyed.Replace(scratch.Database, 1, from, keyed.Own + 1, keyed.Own));
        Assert.Equal(status, await Append(scratch.Database, before));
        Assert.Equal((status == "accepted" ? 1 : 0, status == "waiting" ? 1 : 0), (await keyed.Links(scratch), await keyed.Waiting(scratch)));
        // Unsigned samples of the node are nobody's signature.
        if (sequence == 0) Assert.Equal(status == "accepted" ? "duplicate" : "accepted", await Append(scratch.Database, before with { Link = before.Link with { Signature = null }, SignedBy = null }));
    }

    [Fact]
    public async Task Who_stores_a_batch_while_the_key_is_being_replaced_waits_and_sees_the_new_one()
    {
        await using var scratch = await ScratchDatabase.Make();
        var keyed = await Keyed.Make(scratch, 1, 4);
        var before = Assert.IsType<ReadyBatch>(await keyed.Check(scratch.Database, 0, keyed.Own));
        await using var tx = scratch.Database.Write();
        Assert.True((await keyed.Replace(tx, 1, 0, keyed.Own + 1, keyed.Own)).Ok(out _, out _));
        var other = Task.Run(() => Append(scratch.Database, before));
        await Task.Delay(300);
        Assert.False(other.IsCompleted, "It did not wait for the replacement.");
        await tx.Commit();
        Assert.Equal("wrong-signature", await other);
        Assert.Equal(0, await keyed.Links(scratch));
    }

    [Fact]
    public async Task Who_replaces_a_key_while_a_batch_is_being_stored_waits_and_sees_where_the_chain_stands_then()
    {
        await using var scratch = await ScratchDatabase.Make();
        var keyed = await Keyed.Make(scratch, 1, 4);
        var (first, third) = (Assert.IsType<ReadyBatch>(await keyed.Check(scratch.Database, 0, keyed.Own)), Assert.IsType<ReadyBatch>(await keyed.Check(scratch.Database, 2, keyed.Own)));
        await using var tx = scratch.Database.Write();
        Assert.NotNull(await TelemetryStore.AppendAll(tx, [first, third], Samples.Now, [keyed.Node.Id]));
        var late = Task.Run(() => keyed.Replace(scratch.Database, 1, 0, keyed.Own + 1, keyed.Own));
        await Task.Delay(300);
        Assert.False(late.IsCompleted, "It did not wait for the batch.");
        await tx.Commit();
        Assert.Equal("conflict fromSequence", await late);
        Assert.Equal("", await keyed.Replace(scratch.Database, 1, 1, keyed.Own + 1, keyed.Own));
        Assert.Equal(0, await keyed.Waiting(scratch)); // the third was the old key's
    }

    /// <summary>A key is one node's. Two tables hold them, so neither's index sees the other's.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_wants_a_key_that_another_is_about_to_have_waits_and_does_not_get_it(bool registersFirst)
    {
        await using var scratch = await ScratchDatabase.Make();
        var keyed = await Keyed.Make(scratch, 1, 1);
        var newcomer = Samples.Node(keyed.Own + 1, 1);
        await using var tx = scratch.Database.Write();
        if (registersFirst) Assert.Empty(await NodeStore.Insert(tx, newcomer));
        else Assert.True((await keyed.Replace(tx, 1, 0, keyed.Own + 1, keyed.Own)).Ok(out _, out _));
        var other = Task.Run(() => registersFirst ? keyed.Replace(scratch.Database, 1, 0, keyed.Own + 1, keyed.Own)
            : scratch.Write(async second => string.Join(' ', await NodeStore.Insert(second, newcomer))));
        await Task.Delay(300);
        Assert.False(other.IsCompleted, "It did not wait for the other.");
        await tx.Commit();
        Assert.Equal(registersFirst ? "duplicate-name key" : "nodeKey", await other);
    }

    /// <summary>Random batches, repeats, replacements good and bad, by two processes in turn; some batches are checked a while before they are stored.</summary>
    [Fact]
    public async Task In_whatever_order_batches_and_replacements_come_each_link_is_signed_by_the_key_of_its_number()
    {
        await using var scratch = await ScratchDatabase.Make();
        Database[] replicas = [scratch.Database, ScratchDatabase.IsPostgres ? scratch.OpenAgain() : scratch.Database];
        var (links, wrong, stale, replaced, overtaken, outdated) = (0, 0, 0, 0, 0, 0);
        for (var seed = 1; seed <= Captures.Cases(8, 200); seed++)
        {
            var random = new Random(seed);
            var keyed = await Keyed.Make(scratch, 100 * seed, 24);
            var (model, held) = (new Model(keyed.Own), new List<(ReadyBatch Batch, int Key)>());
            for (var step = 0; step < 90 && model.Linked < 24; step++)
            {
                var replica = replicas[random.Next(2)];
                if (random.Next(6) == 0)
                {
                    var (number, from) = (model.Keys.Count + (random.Next(5) == 0 ? 0 : 1), model.Linked + random.Next(-2, 9));
                    var (key, by) = (keyed.Own + (random.Next(8) == 0 ? random.Next(2) : model.Keys.Count + 1), random.Next(3) switch { 0 => Account, 1 => model.Last, _ => keyed.Own + random.Next(3) });
                    var overtakes = model.Keys.Count > 0 && model.Keys[^1].From > from;
                    var (expected, gone) = model.Replace(number, from, key, by);
                    Assert.Equal(expected, await keyed.Replace(replica, number, from, key, by));
                    if (expected.Length == 0) (replaced, outdated, overtaken) = (replaced + 1, outdated + gone, overtaken + (overtakes ? 1 : 0));
                }
                else if (held.Count > 0 && random.Next(3) == 0)
                {
                    var (batch, key) = held[0];
                    held.RemoveAt(0);
                    var expected = model.Store(batch.Link.Sequence, key);
                    Assert.Equal(expected, await Append(replica, batch));
                    if (expected == "wrong-signature") stale++;
                }
                else
                {
                    var sequence = Math.Clamp(model.Linked + random.Next(-2, 5), 0, 23);
                    var key = random.Next(4) == 0 ? keyed.Own + random.Next(model.Keys.Count + 2) : model.KeyAt(sequence);
                    if (await keyed.Check(replica, sequence, key) is not { } batch)
                    {
                        Assert.NotEqual(model.KeyAt(sequence), key);
                        wrong++;
                    }
                    else if (random.Next(4) == 0) held.Add((batch, key));
                    else Assert.Equal(model.Store(sequence, key), await Append(replica, batch));
                }
                Assert.Equal((model.Linked, model.Waiting.Count), (await keyed.Links(scratch), await keyed.Waiting(scratch)));
            }
            links += await keyed.HoldsAll(scratch, model.KeyAt);
        }
        Assert.True(links > 60 && wrong > 20 && stale > 2 && replaced > 10 && overtaken > 1 && outdated > 1,
            $"{links} links, {wrong} wrong, {stale} checked before, {replaced} replaced, {overtaken} overtaken, {outdated} outdated: the test has not tried enough");
    }

    /// <summary>All at once, as two replicas do: whichever comes first, no link has another signer than its number's.</summary>
    [Fact]
    public async Task Two_writers_and_one_that_replaces_keys_at_once_leave_no_link_under_another_key_than_its_number_s()
    {
        await using var scratch = await ScratchDatabase.Make();
        Database[] replicas = [scratch.Database, ScratchDatabase.IsPostgres ? scratch.OpenAgain() : scratch.Database];
        for (var round = 1; round <= Captures.Cases(4, 60); round++)
        {
            var (random, keyed) = (new Random(round), await Keyed.Make(scratch, 1_000 * round, 24));
            var writers = replicas.Select((replica, w) => Task.Run(async () =>
            {
                // Each sends what is missing, signed with the key that is in force as it sees it.
                for (var tries = 0; await keyed.Links(scratch) < 24; tries++)
                {
                    Assert.True(tries < 2_000, "The chain does not go on.");
                    var sequence = Math.Min(await keyed.Links(scratch) + (tries + w) % 3, 23);
                    if (await keyed.Check(replica, sequence, await keyed.Signing(replica, sequence)) is { } batch) await Append(replica, batch);
                }
            })).ToList();
            var replacing = Task.Run(async () =>
            {
                for (var number = 1; number <= 5; number++)
                {
                    await Task.Delay(random.Next(1, 15));
                    var (from, key) = (await keyed.Links(scratch) + random.Next(0, 3), keyed.Own + number);
                    while (await keyed.Replace(replicas[number % 2], number, from, key, key - 1) is { Length: > 0 } why)
                    {
                        Assert.Equal("conflict fromSequence", why);
                        from = await keyed.Links(scratch) + 1;
                    }
                }
            });
            await Task.WhenAll([.. writers, replacing]);
            var node = (await scratch.Read(tx => NodeStore.Find(tx, keyed.Node.Id)))!;
            Assert.Equal(5, node.Replacements.Count);
            Assert.Equal(24, await keyed.HoldsAll(scratch, sequence => keyed.NumberOf(node.KeyAt(sequence))));
        }
    }

    private static async Task<string> Append(Database database, ReadyBatch batch)
    {
        var alone = new HashSet<NodeId>();
        while (true)
        {
            await using var tx = database.Write();
            if (await TelemetryStore.AppendAll(tx, [batch], Samples.Now, alone) is not { } verdicts) continue;
            await tx.Commit();
            return verdicts[0].Ok(out var appended, out var error) ? appended.Status : error.Code;
        }
    }

    /// <summary>A node, its chain of batches, and keys by numbers: its own, and those after it.</summary>
    private sealed class Keyed(Node node, int own, ReadyBatch[] batches)
    {
        public Node Node => node;
        public int Own => own;

        public static async Task<Keyed> Make(ScratchDatabase scratch, int own, int count)
        {
            // A key that begins with a zero byte is one in 256, and is not taken.
            while (Enumerable.Range(own, 20).Any(k => Samples.Key(k).GetPrivateKey().StartsWith("0x00", StringComparison.Ordinal))) own += 20;
            var node = await scratch.AddNode(own, 1);
            var samples = Samples.Random(new(own), 1, 5);
            var previous = Hash32.Zero;
            return new(node, own, [.. Enumerable.Range(0, count).Select(i =>
            {
                var from = Start + 600L * i;
                var link = new Link(node.Id, i, from / Day, from, 60, 5, previous, Keccak.Hash([.. previous.ToBytes(), .. BitConverter.GetBytes(own)]), null);
                previous = link.Hash;
                return new ReadyBatch(link, new(Rollup.ToBytes(Rollup.Of(samples, from, 60, Curtailment.None)), ColumnsCodec.Compress(samples)));
            })]);
        }

        /// <summary>What a request does before it stores anything.</summary>
        /// <returns>null when the key is not the one that signs</returns>
        public async Task<ReadyBatch?> Check(Database database, long sequence, int key)
        {
            await using var tx = database.Read();
            var signer = (await NodeStore.Find(tx, node.Id))!.KeyAt(sequence);
            if (signer != SigningKeyTests.AddressOf(key)) return null;
            var batch = batches[sequence];
            return batch with { Link = batch.Link with { Signature = "0x" + key.ToString("x130", CultureInfo.InvariantCulture) }, SignedBy = signer };
        }

        public async Task<int> Signing(Database database, long sequence)
        {
            await using var tx = database.Read();
            return NumberOf((await NodeStore.Find(tx, node.Id))!.KeyAt(sequence));
        }

        public int NumberOf(Address key) => Enumerable.Range(own, 20).Single(n => SigningKeyTests.AddressOf(n) == key);

        public Task<Result<Replaced>> Replace(Tx tx, long number, long from, int key, int by)
        {
            var asked = new SigningKey(number, from, SigningKeyTests.AddressOf(key));
            return SigningKeyApi.Replace(tx, node.Id, asked, SigningKeyTests.Proof(node, asked, by, key), SigningKeyTests.AddressOf(Account), Samples.Now);
        }

        /// <returns>empty when it was, else code and field</returns>
        public async Task<string> Replace(Database database, long number, long from, int key, int by)
        {
            await using var tx = database.Write();
            if (!(await Replace(tx, number, from, key, by)).Ok(out var replaced, out var error)) return $"{error.Code} {error.Fields[0].Field}";
            await tx.Commit();
            return replaced.IsRepeat ? "repeat" : "";
        }

        public async Task<int> Links(ScratchDatabase scratch) => (int)(await scratch.Read(tx => TelemetryStore.Head(tx, node.Id))).NextSequence;

        public async Task<int> Waiting(ScratchDatabase scratch) => (await scratch.Read(tx => WaitingStore.Of(tx, [node.Id])))[node.Id].Count();

        /// <returns>how many links there are, each with the signature of its number's key</returns>
        public async Task<int> HoldsAll(ScratchDatabase scratch, Func<long, int> keyAt)
        {
            var rows = await scratch.Read(tx => TelemetryStore.List(tx, node.Id, -1, 100));
            Assert.Equal(batches.Take(rows.Count).Select(b => b.Link.Hash), rows.Select(r => r.Hash));
            Assert.Equal(rows.Select(r => keyAt(r.Sequence)), rows.Select(r => int.Parse(Convert.ToHexString(r.Signature!), NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
            Assert.All((await scratch.Read(tx => WaitingStore.Of(tx, [node.Id])))[node.Id], w => Assert.Equal(keyAt(w.Link.Sequence), int.Parse(w.Link.Signature.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
            return rows.Count;
        }
    }

    /// <summary>What should be, of one node.</summary>
    private sealed class Model(int own)
    {
        public int Linked { get; private set; }
        public SortedSet<long> Waiting { get; } = [];
        public List<(long From, int Key)> Keys { get; } = [];
        public int Last => Keys.Count == 0 ? own : Keys[^1].Key;

        public int KeyAt(long sequence) => Keys.Exists(k => k.From <= sequence) ? Keys.FindLast(k => k.From <= sequence).Key : own;

        public string Store(long sequence, int key)
        {
            if (sequence < Linked) return "duplicate";
            if (key != KeyAt(sequence)) return "wrong-signature";
            Waiting.Add(sequence);
            if (sequence > Linked) return "waiting";
            while (Waiting.Remove(Linked)) Linked++;
            return "accepted";
        }

        public (string Answer, int Gone) Replace(int number, long from, int key, int by)
        {
            if (number >= 1 && number <= Keys.Count && Keys[number - 1] == (from, key)) return ("repeat", 0);
            if (number != Keys.Count + 1) return ("conflict number", 0);
            if (from < Linked) return ("conflict fromSequence", 0);
            if (by != Last && by != Account) return ("wrong-signature authorisation", 0);
            if (key == own || Keys.Exists(k => k.Key == key)) return ("duplicate-name key", 0);
            Keys.Add((from, key));
            return ("", Waiting.RemoveWhere(w => w >= from));
        }
    }
}
