using System.Numerics;
using Nethereum.RPC.Eth.DTOs;

namespace Nethereum.Contracts.CQS
{
    /// <summary>How a message is sent; what is null is filled in by the account that signs.</summary>
    public abstract class ContractMessageBase
    {
        /// <summary>Wei.</summary>
        public virtual BigInteger AmountToSend { get; set; }

        public virtual BigInteger? Gas { get; set; }

        public virtual BigInteger? GasPrice { get; set; }

        public virtual string? FromAddress { get; set; }

        public virtual BigInteger? Nonce { get; set; }

        public virtual BigInteger? MaxFeePerGas { get; set; }

        public virtual BigInteger? MaxPriorityFeePerGas { get; set; }

        public virtual List<AccessList>? AccessList { get; set; }
    }
}

namespace Nethereum.Contracts
{
    /// <summary>A call: its class carries [Function], its properties [Parameter].</summary>
    public class FunctionMessage : CQS.ContractMessageBase;

    /// <summary>A deployment: the constructor's arguments are properties with [Parameter].</summary>
    public class ContractDeploymentMessage(string byteCode) : CQS.ContractMessageBase
    {
        public string ByteCode { get; set; } = byteCode;
    }
}
