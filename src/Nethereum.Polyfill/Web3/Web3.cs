using System.Net.Http.Headers;
using Nethereum.Contracts.Services;
using Nethereum.JsonRpc.Client;
using Nethereum.RPC.Accounts;
using Nethereum.RPC.TransactionManagers;
using Nethereum.RPC.TransactionReceipts;
using Nethereum.Signer;
using Nethereum.Util;

namespace Nethereum.Web3;

public interface IWeb3
{
    IClient Client { get; }

    IEthApiContractService Eth { get; }

    ITransactionManager TransactionManager { get; set; }

    ITransactionReceiptService TransactionReceiptPolling { get; set; }
}

/// <summary>A node, and optionally the account that sends to it.</summary>
public class Web3 : IWeb3
{
    private const string DefaultUrl = "http://localhost:8545/";

    public Web3(IClient client) : this(client, new TransactionManager(client))
    {
    }

    public Web3(IAccount account, IClient client) : this(client, account.TransactionManager) => TransactionManager.Client = client;

    public Web3(string url = DefaultUrl, AuthenticationHeaderValue? authenticationHeader = null)
        : this(new RpcClient(new Uri(url), authenticationHeader))
    {
    }

    public Web3(IAccount account, string url = DefaultUrl, AuthenticationHeaderValue? authenticationHeader = null)
        : this(account, new RpcClient(new Uri(url), authenticationHeader))
    {
    }

    private Web3(IClient client, ITransactionManager transactionManager)
    {
        Client = client;
        Eth = new EthApiContractService(client, transactionManager);
    }

    public static UnitConversion Convert => UnitConversion.Convert;

    public IClient Client { get; }

    public IEthApiContractService Eth { get; }

    public ITransactionManager TransactionManager
    {
        get => Eth.TransactionManager;
        set => Eth.TransactionManager = value;
    }

    public ITransactionReceiptService TransactionReceiptPolling
    {
        get => TransactionManager.TransactionReceiptService;
        set => TransactionManager.TransactionReceiptService = value;
    }

    public static string GetAddressFromPrivateKey(string privateKey) => EthECKey.GetPublicAddress(privateKey);

    public static bool IsChecksumAddress(string address) => AddressUtil.Current.IsChecksumAddress(address);

    public static string Sha3(string value) => Sha3Keccack.Current.CalculateHash(value);

    public static string ToChecksumAddress(string address) => AddressUtil.Current.ConvertToChecksumAddress(address);
}
