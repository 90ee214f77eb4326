using System.Numerics;
using ComputeRwa.Verify;

namespace ComputeRwa.Demo;

/// <summary>EpochLedger as parties use it who send their own transactions.</summary>
internal sealed class Ledger(Stage stage)
{
    public string Address => stage.Contracts.Contracts["epochLedger"];

    public Task<BigInteger> Attempt() => stage.Chain.Ask(Address, Hashing.Selector("attempt()"));

    public Task<BigInteger> LatestEpoch() => stage.Chain.Ask(Address, Hashing.Selector("latestEpoch()"));

    public Task<BigInteger> CreditOf(Party account) => stage.Chain.Ask(Address, Of("creditOf(address)", account));

    public Task<BigInteger> DollarsOf(Party account) => stage.Chain.Ask(stage.Token, Of("balanceOf(address)", account));

    public Task Collect(Party account) => stage.Chain.Send(account, Address, Of("collect(address)", account));

    /// <summary>Allows the contract to take a dispute bond.</summary>
    public async Task PayBond(Party from)
    {
        var bond = await stage.Chain.Ask(Address, Hashing.Selector("disputeBond()"));
        await stage.Chain.Send(from, stage.Token, Hashing.Join(Hashing.Selector("approve(address,uint256)"), Padded(Address), Hashing.Word(bond)));
    }

    /// <returns>0 when nobody demands</returns>
    public Task<BigInteger> DemandOf(long epoch, string leaseId) => stage.Chain.Ask(Address, Of("demandOf(uint32,uint256)", epoch, leaseId));

    public Task DemandReveal(Party from, long epoch, string leaseId) => stage.Chain.Send(from, Address, Of("demandReveal(uint32,uint256)", epoch, leaseId));

    /// <param name="signatures">65 bytes each, ascending by signer</param>
    public Task Post(Party from, Struct root, IReadOnlyList<byte[]> signatures)
    {
        const int padded = 32 + 96; // a length and 65 bytes in whole words
        var words = signatures.SelectMany(s => Hashing.Join(Hashing.Word(s.Length), s, new byte[96 - s.Length])).ToArray();
        var offsets = signatures.SelectMany((_, i) => Hashing.Word(32 * signatures.Count + padded * i)).ToArray();
        return stage.Chain.Send(from, Address, Hashing.Join(Hashing.Selector($"post({Shape.EpochRoot.Tuple},bytes[])"),
            root.Encode(), Hashing.Word(32 * (Shape.EpochRoot.Members.Count + 1)), Hashing.Word(signatures.Count), offsets, words));
    }

    /// <summary>Challenges with the API's own step, in which another leaf stands: a leaf's proof does not depend on the leaf itself.</summary>
    /// <param name="call">challenge(epoch, step) with our leaf</param>
    /// <exception cref="DemoException">Our leaf is not where it should be, or the contract found the step right.</exception>
    public Task Challenge(Party from, byte[] call, byte[] ours, byte[] theirs)
    {
        // The selector, the epoch, the place where the step begins, its terms and the leaf before.
        var at = 4 + 32 * (2 + Shape.LeaseTerms.Members.Count + Shape.EpochLeaf.Members.Count);
        if (!call.AsSpan(at, ours.Length).SequenceEqual(ours)) throw new DemoException("The API's step does not hold the leaf of its own epoch file.");
        return stage.Chain.Send(from, Address, Hashing.Join(call[..at], theirs, call[(at + theirs.Length)..]));
    }

    private static byte[] Of(string function, Party account) => Hashing.Join(Hashing.Selector(function), Padded(account.Address));

    private static byte[] Of(string function, long epoch, string leaseId) => Hashing.Join(Hashing.Selector(function), Hashing.Word(epoch), Hashing.Unhex(leaseId, 32));

    private static byte[] Padded(string address) => Hashing.Join(new byte[12], Hashing.Unhex(address, 20));
}
