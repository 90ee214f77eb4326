using Nethereum.JsonRpc.Client;

namespace Nethereum.RPC;

public interface IRpcClientWrapper
{
    IClient Client { get; }
}

public class RpcClientWrapper(IClient client) : IRpcClientWrapper
{
    public IClient Client { get; } = client;
}
