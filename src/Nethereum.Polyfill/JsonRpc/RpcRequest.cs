namespace Nethereum.JsonRpc.Client;

/// <summary>A request before it is given to a client.</summary>
public class RpcRequest(object id, string method, params object?[] parameterList)
{
    public object Id { get; set; } = id;

    public string Method { get; } = method;

    public object?[] RawParameters { get; } = parameterList;
}
