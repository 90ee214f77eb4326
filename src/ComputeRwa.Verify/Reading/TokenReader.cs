namespace ComputeRwa.Verify.Reading;

/// <summary>What a token says of one of the contracts, up to a block.</summary>
internal sealed class TokenReader(RpcNode node, ContractCalls calls, long from, long to)
{
    /// <exception cref="RefusedException">The node refuses the token's logs.</exception>
    /// <exception cref="UnreadableException">There is no token.</exception>
    public async Task<TokenRecord> Read(string token, string holder)
    {
        var number = Hashing.Number(Hashing.Unhex(holder, 20));
        var topic = Hashing.Hex(Hashing.Word(number));
        var balance = (await calls.Required(token, "balanceOf(address)", number))[0];
        return new(await Transfers(token, null, topic), await Transfers(token, topic), balance);
    }

    private async Task<List<ChainEvent>> Transfers(string token, params string?[] topics) =>
        [.. (await LogReader.Read(node, [token], [Catalog.Transfer.Topic, .. topics], from, to)).Select(Catalog.Transfer.Decode)];
}
