using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Kernel;

namespace ComputeRwa.Settlement;

/// <summary>The EpochRoot message of a closed epoch.</summary>
internal static class RootMessage
{
    public static EpochRootDto Of(ClosedEpoch epoch, Hash32 dataHash) => Of(epoch.Epoch, epoch.Attempt, epoch.Root, epoch.PreviousRoot, epoch.Totals, dataHash);

    public static EpochRootDto Of(long epoch, long attempt, Hash32 root, Hash32 previousRoot, EpochTotals totals, Hash32 dataHash) => checked(new()
    {
        Epoch = (uint)epoch,
        Attempt = (uint)attempt,
        Root = root.ToBytes(),
        PreviousRoot = previousRoot.ToBytes(),
        Leases = (uint)totals.Leases,
        Rent = totals.Rent,
        GpuSeconds = totals.GpuSeconds,
        WattHours = totals.WattHours,
        DataHash = dataHash.ToBytes(),
    });
}

/// <summary>Who must sign a root: the attestors that EpochLedger names, and how many of them.</summary>
internal sealed record AttestorSet(IReadOnlySet<Address> Members, int Threshold);

/// <summary>One attestor's signature over an epoch's root.</summary>
internal sealed record AttestorSignature(Address Signer, byte[] Signature);

internal static class Attestation
{
    public static TypedDataView TypedData(EpochRootDto root, Deployment deployment) => Eip712.View(SigningDomains.EpochLedger(deployment), root);

    public static Hash32 Digest(EpochRootDto root, Deployment deployment) => Eip712.Digest(SigningDomains.EpochLedger(deployment), root);

    /// <summary>Takes a signature as EpochLedger would: 65 bytes, the lower s, by one of the attestors.</summary>
    public static Result<AttestorSignature> Check(string? signature, Hash32 digest, AttestorSet attestors)
    {
        if (!Signatures.TryParse(signature, out var bytes)) return Error.Invalid("signature", "must be 0x and the hex digits of a signature");
        if (!Signatures.TryRecover(digest, bytes, out var signer, out var reason)) return Error.Invalid("signature", reason);
        if (!attestors.Members.Contains(signer))
            return new Error("wrong-signature", $"The signature over {digest} is by {signer}, which is not an attestor.", [new("signature", "is not by an attestor over this root")]);
        return new AttestorSignature(signer, bytes);
    }

    /// <summary>The signatures that make a root postable, ascending by signer as EpochLedger wants them; null before the quorum.</summary>
    /// <param name="collected">of attestors past and present: whoever is none any more does not count</param>
    public static IReadOnlyList<AttestorSignature>? Quorum(IEnumerable<AttestorSignature> collected, AttestorSet attestors)
    {
        var valid = collected.Where(s => attestors.Members.Contains(s.Signer)).OrderBy(s => s.Signer.Value.ToLowerInvariant(), StringComparer.Ordinal).ToList();
        return valid.Count >= attestors.Threshold ? valid[..attestors.Threshold] : null;
    }
}
