using Nethereum.JsonRpc.Client;

namespace ComputeRwa.Chain;

internal enum DryRunOutcome
{
    Passed,
    Reverted,
    /// <summary>The node could not say; nothing follows from it.</summary>
    Unanswered,
}

/// <summary>What a call would do. <c>Reason</c> is the decoded error, or why the node could not say.</summary>
internal sealed record DryRun(DryRunOutcome Outcome, string? Reason)
{
    // What nodes say of a call that fails by itself, as opposed to one they could not execute.
    private static readonly string[] Failures = ["revert", "out of gas", "invalid opcode", "gas required exceeds", "intrinsic gas", "requires at least", "stack overflow", "stack underflow", "invalid jump"];

    /// <summary>A call with more gas than a block has runs, and can never be mined.</summary>
    public static DryRun? TooMuchGas(long gasLimit, long blockGasLimit) => gasLimit <= blockGasLimit ? null
        : new(DryRunOutcome.Reverted, $"its gas limit of {gasLimit} is above the block's {blockGasLimit}");

    public static DryRun Of(RpcError? error, bool answered, Func<string, string> readRevert)
    {
        if (error is null) return answered ? new(DryRunOutcome.Passed, null) : new(DryRunOutcome.Unanswered, "The node gave no answer.");
        var data = error.GetDataAsString();
        if (data is { Length: >= 10 } && data.StartsWith("0x", StringComparison.Ordinal)) return new(DryRunOutcome.Reverted, readRevert(data));
        return Failures.Any(f => error.Message.Contains(f, StringComparison.OrdinalIgnoreCase))
            ? new(DryRunOutcome.Reverted, error.Message)
            : new(DryRunOutcome.Unanswered, error.Message);
    }
}
