using ComputeRwa.Chain;
using ComputeRwa.Chain.Contracts;
using ComputeRwa.Db;
using ComputeRwa.Kernel;
using ComputeRwa.Tests.Support;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Signer;
using PayToken = ComputeRwa.Chain.Contracts.PayToken;

namespace ComputeRwa.Tests.Chain;

/// <summary>A command whose transaction was committed, and so promised.</summary>
/// <param name="Effect">what it does on the chain, in the model's words; several commands may be after the same effect, which only one of them has</param>
internal sealed record Acknowledged(string Id, Command Command, string Effect, bool CanSucceed)
{
    public string Effect { get; } = Effect.ToLowerInvariant();
}

/// <summary>The client of a simulation: enqueues commands of every kind and remembers what it was promised.</summary>
internal sealed class SimulatedClient(Random random, Deployment deployment, IReadOnlyList<ISigner> signers, int seed, TimeProvider time)
{
    private const long Until = 4_000_000_000;

    private static readonly EthECKey Registrar = HardhatNode.DevelopmentKey(4);

    private readonly Originator _originator = new(deployment);
    private readonly Address _token = Address.Parse(deployment.Contracts.TestDollar);
    private readonly List<string> _accounts = [.. Enumerable.Range(0, 6).Select(i => $"0x{seed + 1:x20}{i + 1:x20}")];
    private int _count;

    public List<Acknowledged> Acknowledged { get; } = [];

    /// <summary>Commands that were enqueued in a transaction that was not committed.</summary>
    public int Withdrawn { get; private set; }

    public int Repeated { get; private set; }

    private string Account => _accounts[random.Next(_accounts.Count)];

    /// <param name="mayDepend">whether commands may need that earlier ones of their subject have succeeded in the same lane</param>
    public async Task<string> Enqueue(Database database, bool mayDepend)
    {
        var dice = random.Next(100);
        if (dice < 14) return await Promise(database, [.. Enumerable.Range(0, random.Next(1, 5)).SelectMany(_ => Originate())]);
        if (dice < 38) return await Promise(database, [Mint(Account)]);
        if (dice < 53) return await Promise(database, [Admit(Account, Until)]);
        if (dice < 63)
        {
            var first = Admit(Account, Until);
            return await Promise(database, [first, first with { Command = first.Command with { CommandId = $"rival:{++_count}", Subject = Account } }]);
        }
        if (dice < 70) return await Promise(database, [Hopeless()]);
        if (dice < 84 && mayDepend) return await Promise(database, Dependent());
        if (dice < 90) return await Withdraw(database, Mint(Account));
        return Acknowledged.Count == 0 ? await Promise(database, [Mint(Account)]) : await Repeat(database, Acknowledged[random.Next(Acknowledged.Count)]);
    }

    private async Task<string> Promise(Database database, List<Acknowledged> wanted)
    {
        await using var tx = database.Write();
        var promised = new List<Acknowledged>();
        foreach (var one in wanted) promised.Add(one with { Id = (await Outbox.Enqueue(tx, one.Command, time.Now())).Id.Value });
        await tx.Commit();
        Acknowledged.AddRange(promised);
        return string.Join(", ", promised.Select(p => p.Command.CommandId));
    }

    private async Task<string> Withdraw(Database database, Acknowledged wanted)
    {
        await using var tx = database.Write();
        await Outbox.Enqueue(tx, wanted.Command, time.Now());
        Withdrawn++;
        return $"{wanted.Command.CommandId}, not committed";
    }

    private async Task<string> Repeat(Database database, Acknowledged known)
    {
        var again = random.Next(2) == 0;
        await using var tx = database.Write();
        var id = (again ? await Outbox.EnqueueAgainIfFailed(tx, known.Command, time.Now()) : await Outbox.Enqueue(tx, known.Command, time.Now())).Id.Value;
        await tx.Commit();
        Repeated++;
        if (!again) Assert.Contains(Acknowledged, a => a.Id == id && a.Command.CommandId == known.Command.CommandId);
        else if (!Acknowledged.Exists(a => a.Id == id)) Acknowledged.Add(known with { Id = id });
        return $"{known.Command.CommandId} again as {id}";
    }

    private Acknowledged Mint(string account, long gas = 100_000)
    {
        var amount = 1_000 + ++_count; // an amount names its command
        var command = Command.Of($"mint:{_count}", "mint", account, _token.Value, new PayToken.Mint { To = account, Amount = amount }, gas);
        return new("", command, $"moved {Model.Nobody} {account} {amount}", CanSucceed: true);
    }

    private Acknowledged Transfer(string subject, string from, string to, long amount, bool canSucceed)
    {
        var message = new PayToken.Transfer { To = to, Value = amount };
        return new("", Command.Of($"transfer:{++_count}", "transfer", subject, _token.Value, message, 100_000), $"moved {from} {to} {amount}", canSucceed);
    }

    private Acknowledged Admit(string account, long until, EthECKey? by = null)
    {
        var validUntil = until + ++_count; // names its command, too
        var (jurisdiction, investorClass) = ((ushort)756, (byte)2);
        var admission = new AdmissionDto { Account = account, ValidUntil = (ulong)validUntil, Jurisdiction = jurisdiction, InvestorClass = investorClass, Nonce = _count, Deadline = Until };
        var signature = LeaseWorld.Sign(by ?? Registrar, Eip712.Digest(SigningDomains.Eligibility(deployment), admission).Value).HexToByteArray();
        var message = new Eligibility.Admit { Admission = admission, Signature = signature };
        var command = Command.Of($"admit:{_count}", "admit", account, deployment.Contracts.Eligibility, message, 150_000);
        return new("", command, $"member {account} {validUntil}", by is null);
    }

    /// <summary>A lease, sometimes with a rival that is after the same one: in a pack both pass their dry runs.</summary>
    private List<Acknowledged> Originate()
    {
        var command = _originator.Command(seed * 1_000L + ++_count) with { GasLimit = 240_000 };
        var lease = new Acknowledged("", command, $"originated {command.Subject}", CanSucceed: true);
        return random.Next(4) > 0 ? [lease] : [lease, lease with { Command = command with { CommandId = $"rival:{_count}", Subject = $"rival:{_count}" } }];
    }

    private Acknowledged Hopeless() => random.Next(3) switch
    {
        0 => Admit(Account, Until, HardhatNode.DevelopmentKey(1)),
        1 => Mint(Account, gas: 25_000) with { CanSucceed = false },
        _ => Transfer(Account, signers[0].Address.Value, Account, 1_000_000_000, canSucceed: false),
    };

    /// <summary>What the first gives the lane the second passes on, so that the second fails before the first.</summary>
    private List<Acknowledged> Dependent()
    {
        var (lane, to) = (signers[0].Address.Value, Account);
        var mint = Mint(lane);
        return [mint with { Command = mint.Command with { Subject = lane } }, Transfer(lane, lane, to, 1_000 + _count, canSucceed: true)];
    }
}
