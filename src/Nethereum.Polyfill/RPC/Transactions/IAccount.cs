using Nethereum.RPC.NonceServices;
using Nethereum.RPC.TransactionManagers;

namespace Nethereum.RPC.Accounts;

/// <summary>An address and the means to send from it.</summary>
public interface IAccount
{
    string Address { get; }

    ITransactionManager TransactionManager { get; }

    INonceService? NonceService { get; set; }
}
