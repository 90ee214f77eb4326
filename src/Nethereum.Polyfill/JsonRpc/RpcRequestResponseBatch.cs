using Nethereum.JsonRpc.Client.RpcMessages;

namespace Nethereum.JsonRpc.Client;

/// <summary>Requests sent together. Answers find their items by id, so ids must differ.</summary>
public class RpcRequestResponseBatch
{
    /// <summary>When set, failed items are for the caller to look at instead of an exception.</summary>
    public bool AcceptPartiallySuccessful { get; set; }

    public List<IRpcRequestResponseBatchItem> BatchItems { get; set; } = [];

    public RpcRequestMessage[] GetRpcRequests() => [.. BatchItems.Select(item => item.RpcRequestMessage)];

    public virtual void UpdateBatchItemResponses(IEnumerable<RpcResponseMessage> responses)
    {
        var items = new Dictionary<string, IRpcRequestResponseBatchItem>(BatchItems.Count);
        foreach (var item in BatchItems) items.TryAdd(Key(item.RpcRequestMessage.Id), item);

        var errors = new List<RpcError>();
        foreach (var response in responses)
        {
            if (response.Id is null) continue;
            if (!items.TryGetValue(Key(response.Id), out var item)) throw new InvalidOperationException($"No request of the batch has the id {response.Id}");
            item.DecodeResponse(response);
            if (response.Error is { } error)
                errors.Add(new RpcError(error.Code, error.Message + ": " + item.RpcRequestMessage.Method, RpcJson.Plain(error.Data)));
        }

        if (errors.Count > 0 && !AcceptPartiallySuccessful) throw new RpcResponseBatchException([.. errors]);
    }

    private static string Key(object id) => id.ToString() ?? "";
}
