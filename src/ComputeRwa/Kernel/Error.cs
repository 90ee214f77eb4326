using System.Diagnostics.CodeAnalysis;

namespace ComputeRwa.Kernel;

/// <summary>One field of the input and what is wrong with it. <c>Field</c> is the JSON path, e.g. <c>gpus[3].uuid</c>.</summary>
internal sealed record FieldError(string Field, string Reason);

/// <summary>
/// A refusal that a caller can act on. <c>Code</c> is stable and kebab-case; Http/Problems.cs maps it to a status.
/// Exceptions are for bugs and broken infrastructure only.
/// </summary>
internal sealed record Error(string Code, string Message, IReadOnlyList<FieldError> Fields)
{
    public static Error Invalid(string field, string reason) => new("invalid", $"{field} {reason}.", [new(field, reason)]);
    public static Error NotFound(string noun, string id) => new("not-found", $"There is no {noun} {id}.", []);
    public static Error Conflict(string code, string message, string? field = null) =>
        new(code, message, field is null ? [] : [new(field, message)]);
}

/// <summary>Something this program needs does not answer. <c>Code</c> is the problem a caller gets; the same request may succeed later.</summary>
internal sealed class UnavailableException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    public string Code => code;
}

/// <summary>A value or the error that stands in its way.</summary>
internal readonly struct Result<T>
{
    private readonly T? _value;

    private Result(T? value, Error? error) => (_value, Error) = (value, error);

    public Error? Error { get; }

    public bool Ok([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out Error? error)
    {
        (value, error) = (_value, Error);
        return error is null;
    }

    public static implicit operator Result<T>(T value) => new(value, null);
    public static implicit operator Result<T>(Error error) => new(default, error);
}

/// <summary>Collects every field error of a request, so that a caller sees all of them at once.</summary>
internal sealed class Fields
{
    private readonly List<FieldError> _errors = [];

    public Error? Error => _errors.Count == 0 ? null
        : new("invalid", string.Join(" ", _errors.Select(e => $"{e.Field} {e.Reason}.")), [.. _errors]);

    public bool Require(bool holds, string field, string reason)
    {
        if (!holds) _errors.Add(new(field, reason));
        return holds;
    }

    public Address Address(string? text, string field)
    {
        if (!Kernel.Address.TryParse(text, out var address, out var reason)) _errors.Add(new(field, reason));
        else if (address == Kernel.Address.Zero) _errors.Add(new(field, "must not be the zero address"));
        return address;
    }

    public Hash32 Hash(string? text, string field)
    {
        if (!Hash32.TryParse(text, out var hash)) _errors.Add(new(field, "must be 0x and 64 hex digits"));
        return hash;
    }

    public string Text(string? text, string field, int max)
    {
        var trimmed = text?.Trim() ?? "";
        if (trimmed.Length is 0 || trimmed.Length > max) _errors.Add(new(field, $"must have 1 to {max} characters"));
        else if (trimmed.Any(char.IsControl)) _errors.Add(new(field, "must not contain control characters"));
        return trimmed;
    }

    public T TypedId<T>(string? text, string field) where T : struct, ITypedId<T>
    {
        if (!Id.IsWellFormed(T.Prefix, text)) _errors.Add(new(field, $"must be an id that starts with {T.Prefix}_"));
        return T.From(text ?? "");
    }
}
