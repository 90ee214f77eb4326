namespace Nethereum.ABI.FunctionEncoding;

/// <summary>A value does not fit its ABI type.</summary>
public class AbiEncodingException : Exception
{
    public AbiEncodingException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
