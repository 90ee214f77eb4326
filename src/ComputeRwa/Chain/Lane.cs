using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Chain;

/// <summary>What a node said of bytes that were offered to it.</summary>
internal sealed record Offered(Parcel Parcel, NodeAnswer Answer, string? Words);

/// <summary>
/// A signer, and all that is done in its name: reads and writes of its rows, signatures, broadcasts. Writes are made only while this replica
/// holds the lane; what is broadcast are bytes that such a write has committed.
/// </summary>
internal sealed class Lane(Database database, ChainClient chain, ChainOptions options, ISigner signer, Duty duty, TimeProvider time)
{
    public Address Address => signer.Address;
    public ChainClient Chain => chain;
    public ChainOptions Options => options;
    public Duty Duty => duty;
    public DateTimeOffset Now => time.Now();

    /// <summary>The block of the last look.</summary>
    public BlockHeader? Head { get; set; }

    /// <summary>The day of the budget, in real time whatever the clock follows.</summary>
    public static long Today => DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 86_400;

    public static Duty DutyOf(Database database, ISigner signer, TimeProvider time) => new(database, $"lane:{signer.Address}", Duty.Term, time);

    public Tx Read() => database.Read();

    /// <exception cref="DutyLostException">Another replica has the lane now.</exception>
    public async Task<Tx> Write()
    {
        var tx = database.Write();
        try
        {
            await duty.Hold(tx);
            return tx;
        }
        catch
        {
            await tx.DisposeAsync();
            throw;
        }
    }

    /// <summary>Signs in the order given. Nothing is signed that the limits do not let through, whoever asks.</summary>
    public async Task<List<SignedTransaction>> Sign(IEnumerable<UnsignedTransaction> transactions, IReadOnlySet<Address> contracts)
    {
        var asked = new List<Task<SignedTransaction>>();
        foreach (var transaction in transactions)
        {
            if (!SendLimits.MaySend(transaction, Address, contracts)) throw new InvalidOperationException($"A call of {transaction.To} is not to be signed.");
            asked.Add(signer.Sign(transaction).AsTask());
        }
        return [.. await Task.WhenAll(asked)];
    }

    /// <summary>Offers committed bytes to the node, in the order of nonces, and writes down which it took.</summary>
    /// <exception cref="DutyLostException">Another replica may have the lane; it offers them.</exception>
    public async Task<List<Offered>> Offer(IReadOnlyList<Parcel> parcels)
    {
        var all = new List<Offered>(parcels.Count);
        foreach (var batch in parcels.Chunk(Sender.BatchSize))
        {
            if (!duty.Stands) throw new DutyLostException(duty.Name);
            var answers = await chain.Broadcast(batch.Select(p => p.Raw));
            all.AddRange(batch.Zip(answers, (parcel, error) => new Offered(parcel, NodeAnswers.Of(error?.Message), error?.Message)));
        }
        var taken = all.Where(o => o.Answer == NodeAnswer.Taken).Select(o => o.Parcel).ToList();
        if (taken.Count == 0) return all;
        await using var tx = await Write();
        await LaneStore.Broadcast(tx, taken, Head?.Number ?? 0, Now);
        await tx.Commit();
        return all;
    }

    /// <summary>Whether all these blocks are on the chain as the node has it now.</summary>
    public async Task<bool> Stand(IReadOnlyList<(long Number, Hash32 Hash)> blocks) =>
        (await chain.Blocks(blocks.Select(b => b.Number))).Zip(blocks).All(p => p.First?.Hash == p.Second.Hash);

    /// <summary>Paid today, and all that is in flight could cost.</summary>
    public async Task<Cost> Risked()
    {
        await using var tx = Read();
        var lane = await LaneStore.Find(tx, Address);
        var paid = lane?.PaidOn(Today) ?? default;
        return (await LaneStore.InFlight(tx, Address, minedToo: false)).Aggregate(paid, (sum, f) => sum + Cost.Worst(f.GasLimit, f.MaxFee));
    }
}
