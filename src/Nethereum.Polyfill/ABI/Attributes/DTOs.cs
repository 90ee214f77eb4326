namespace Nethereum.ABI.FunctionEncoding.Attributes;

public interface IEventDTO;

public class EventDTO : IEventDTO;

public interface IErrorDTO;

public class ErrorDTO : IErrorDTO;

public interface IFunctionOutputDTO;

public class FunctionOutputDTO : IFunctionOutputDTO;
