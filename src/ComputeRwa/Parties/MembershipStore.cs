using ComputeRwa.Db;
using ComputeRwa.Kernel;

namespace ComputeRwa.Parties;

internal static class MembershipStore
{
    public static Task<int> Insert(Tx tx, Membership membership) => tx.Execute(
        """
        INSERT INTO memberships (position, block_number, account, valid_until, jurisdiction, investor_class, blocked)
        VALUES (@Position, @BlockNumber, @Account, @ValidUntil, @Jurisdiction, @InvestorClass, @Blocked)
        """, membership);

    public static Task<Membership?> Find(Tx tx, Address account) => tx.First<Membership>(
        """
        SELECT position, block_number, account, valid_until, jurisdiction, investor_class, blocked
        FROM memberships WHERE account = @account ORDER BY position DESC LIMIT 1
        """, new { account });

    public static Task<int> DeleteFrom(Tx tx, long block) => tx.Execute("DELETE FROM memberships WHERE block_number >= @block", new { block });
}
