using System.Data;
using System.Globalization;
using System.Numerics;
using ComputeRwa.Kernel;
using Dapper;

namespace ComputeRwa.Db;

/// <summary>How values stand in columns: ids, addresses, hashes and big integers as TEXT, times as BIGINT milliseconds.</summary>
internal static class TypeHandlers
{
    private static readonly Lazy<bool> Registered = new(() =>
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;
        AddId<ProviderId>();
        AddId<SiteId>();
        AddId<NodeId>();
        AddId<QuoteId>();
        AddId<TransactionId>();
        Add<Address>(a => a.Value, v => Address.Parse((string)v));
        Add<Hash32>(h => h.Value, v => v is byte[] bytes ? Hash32.Of(bytes) : Hash32.Parse((string)v)); // bytes where there are millions of them
        Add<BigInteger>(i => i.ToString(CultureInfo.InvariantCulture), v => BigInteger.Parse((string)v, CultureInfo.InvariantCulture));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset?));
        Add<DateTimeOffset>(t => t.ToUnixTimeMilliseconds(), v => DateTimeOffset.FromUnixTimeMilliseconds((long)v));
        return true;
    });

    public static void Register() => _ = Registered.Value;

    private static void AddId<T>() where T : struct, ITypedId<T> => Add<T>(id => id.Value, v => T.From((string)v));

    private static void Add<T>(Func<T, object> write, Func<object, T> read) => SqlMapper.AddTypeHandler(new Handler<T>(write, read));

    private sealed class Handler<T>(Func<T, object> write, Func<object, T> read) : SqlMapper.TypeHandler<T>
    {
        public override void SetValue(IDbDataParameter parameter, T? value) => parameter.Value = value is null ? DBNull.Value : write(value);
        public override T Parse(object value) => read(value);
    }
}
