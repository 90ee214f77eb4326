using Nethereum.ABI;
using Nethereum.ABI.EIP712;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.Contracts;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.RPC.Eth.DTOs;
using Nethereum.Signer.EIP712;

namespace Nethereum.Conformance;

/// <summary>Nethereum's generic calls for classes that are known only at run time.</summary>
internal abstract class AbiMessages
{
    public abstract byte[] Encode(object message);

    public abstract object Decode(byte[] data);

    public static AbiMessages OfOutput(Type type) => Make<AbiMessages>(typeof(Outputs<>), type);

    public static AbiMessages OfFunction(Type type) => Make<AbiMessages>(typeof(Calls<>), type);

    public static T Make<T>(Type generic, params Type[] types) => (T)Activator.CreateInstance(generic.MakeGenericType(types))!;

    private sealed class Outputs<T> : AbiMessages where T : class, IFunctionOutputDTO, new()
    {
        public override byte[] Encode(object message) => new ABIEncode().GetABIParamsEncoded((T)message);

        public override object Decode(byte[] data) => new T().DecodeOutput(data.ToHex(true));
    }

    private sealed class Calls<T> : AbiMessages where T : FunctionMessage, new()
    {
        public override byte[] Encode(object message) => ((T)message).GetCallData();

        public override object Decode(byte[] data) => new T().DecodeInput(data.ToHex(true));
    }
}

internal abstract class AbiEvents
{
    /// <summary>The first topic of a log, without 0x.</summary>
    public abstract string Signature { get; }

    public abstract object? Decode(FilterLog log);

    public static AbiEvents Of(Type type) => AbiMessages.Make<AbiEvents>(typeof(Events<>), type);

    private sealed class Events<T> : AbiEvents where T : class, IEventDTO, new()
    {
        public override string Signature => Event<T>.GetEventABI().Sha3Signature;

        public override object? Decode(FilterLog log) => log.DecodeEvent<T>()?.Event;
    }
}

internal abstract class TypedMessages
{
    public abstract byte[] Encode(object message, object domain, string primaryType, params Type[] structs);

    public static TypedMessages Of(Type message, Type domain) => AbiMessages.Make<TypedMessages>(typeof(Of2<,>), message, domain);

    private sealed class Of2<T, TDomain> : TypedMessages
    {
        public override byte[] Encode(object message, object domain, string primaryType, params Type[] structs) =>
            Eip712TypedDataSigner.Current.EncodeTypedData((T)message, new TypedData<TDomain>
            {
                Domain = (TDomain)domain,
                Types = MemberDescriptionFactory.GetTypesMemberDescription([typeof(TDomain), .. structs]),
                PrimaryType = primaryType,
            });
    }
}
