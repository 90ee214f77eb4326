namespace Nethereum.JsonRpc.Client;

/// <summary>The node answered with an error.</summary>
public class RpcResponseException(RpcError rpcError) : Exception(rpcError.Message)
{
    public RpcError RpcError { get; } = rpcError;
}

/// <summary>At least one item of a batch failed.</summary>
public class RpcResponseBatchException(RpcError[] rpcErrors) : Exception($"Rpc Batch Exception, number of errors: {rpcErrors.Length}")
{
    public RpcError[] RpcErrors { get; } = rpcErrors;
}

/// <summary>The result is not what the caller asked for.</summary>
public class RpcResponseFormatException(string message, FormatException innerException) : Exception(message, innerException);

/// <summary>The node did not answer in time; the request may have been carried out.</summary>
public class RpcClientTimeoutException : Exception
{
    public RpcClientTimeoutException(string message) : base(message)
    {
    }

    public RpcClientTimeoutException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>Transport failures, HTTP statuses other than success and unreadable answers; the cause is the inner exception.</summary>
public class RpcClientUnknownException : Exception
{
    public RpcClientUnknownException(string message) : base(message)
    {
    }

    public RpcClientUnknownException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
