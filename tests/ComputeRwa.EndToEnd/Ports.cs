using System.Net;
using System.Net.Sockets;

namespace ComputeRwa.EndToEnd;

internal static class Ports
{
    /// <summary>Below the ports that systems give to whoever connects somewhere: such a one can be taken before the process that is told of it has started.</summary>
    private const int First = 15_000, Beyond = 32_000;

    /// <summary>One that nobody listens on.</summary>
    public static int Free()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(First, Beyond));
            try
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The next may be free.
            }
        }
    }
}
