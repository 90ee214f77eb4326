using System.Reflection;

namespace ComputeRwa.Chain.Contracts;

/// <summary>Every message, event and error of this folder, for decoding what was sent and what came back.</summary>
internal static class KnownContracts
{
    public static IEnumerable<Type> Types => new[] { typeof(LeaseBook), typeof(LeaseClaims), typeof(EpochLedger), typeof(Eligibility), typeof(UseRights), typeof(PayToken), typeof(Solidity) }
        .SelectMany(contract => contract.GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic));
}
