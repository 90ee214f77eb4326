using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Parties;

internal static class ProviderStore
{
    public static Task<int> Insert(Tx tx, Provider provider) => tx.Execute(
        "INSERT INTO providers (id, name, address, created_at) VALUES (@Id, @Name, @Address, @CreatedAt)", provider);

    public static Task<Provider?> Find(Tx tx, ProviderId id) => tx.First<Provider>(
        "SELECT id, name, address, created_at FROM providers WHERE id = @id", new { id });

    public static Task<Provider?> FindByAddress(Tx tx, Address address) => tx.First<Provider>(
        "SELECT id, name, address, created_at FROM providers WHERE address = @address", new { address });

    public static Task<List<Provider>> List(Tx tx, string after, int limit) => tx.Query<Provider>(
        "SELECT id, name, address, created_at FROM providers WHERE id > @after ORDER BY id LIMIT @limit", new { after, limit });
}
