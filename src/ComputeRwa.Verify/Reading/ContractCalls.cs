using System.Numerics;

namespace ComputeRwa.Verify.Reading;

/// <param name="Function">its signature, such as <c>claimable(uint256,address)</c></param>
internal sealed record Call(string Function, params BigInteger[] Arguments);

/// <summary>Calls of view functions whose arguments and answers are static words, at one block.</summary>
internal sealed class ContractCalls(RpcNode node, long block)
{
    /// <summary>The words of each answer; null where the contract reverts.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<BigInteger>?>> All(string contract, IReadOnlyList<Call> calls)
    {
        var answers = await node.AskAll([.. calls.Select(c => Ask(contract, c))]);
        return [.. answers.Select(a => a.Refusal is null ? Words(a.Value.GetString()) : null)];
    }

    /// <exception cref="UnreadableException">The contract reverts or answers nothing: it is another one than it should be.</exception>
    public async Task<IReadOnlyList<BigInteger>> Required(string contract, string function, params BigInteger[] arguments) =>
        (await All(contract, [new(function, arguments)]))[0] is { Count: > 0 } words ? words : throw new UnreadableException($"{contract} does not answer {function}");

    private Question Ask(string contract, Call call)
    {
        var data = Hashing.Join([Hashing.Selector(call.Function), .. call.Arguments.Select(Hashing.Word)]);
        return new("eth_call", new { to = contract, data = Hashing.Hex(data) }, Hashing.Quantity(block));
    }

    private static IReadOnlyList<BigInteger> Words(string? hex)
    {
        var data = Hashing.Bytes(hex ?? "0x");
        return [.. Enumerable.Range(0, data.Length / 32).Select(i => Hashing.WordAt(data, i))];
    }
}
