using System.Text.RegularExpressions;
using ComputeRwa.Tests.Support;

namespace ComputeRwa.Tests;

/// <summary>Holds the sources to docs/architecture.md. Each rule has a test that proves it would notice a breach.</summary>
public partial class ArchitectureTests
{
    private const int MostLines = 349;
    private const int MostProgramLines = 100;

    private static readonly string Root = FindRoot();
    private static readonly List<SourceFile> Sources = Read("src/ComputeRwa", "*.cs");
    private static readonly List<SourceFile> Migrations = Read("src/ComputeRwa/Db/Migrations", "*.sql");

    [Fact]
    public void A_folder_uses_only_folders_before_it() => Holds(Sources.SelectMany(ArchitectureRules.ForwardReferences));

    [Fact]
    public void A_table_is_written_only_by_the_folder_that_owns_it()
    {
        var breaches = new List<string>();
        var owners = ArchitectureRules.Owners(Migrations, Sources, breaches);
        Assert.True(owners.Count > 10, "The scanner found hardly any table; it is broken.");
        Holds(breaches.Concat(Sources.SelectMany(s => ArchitectureRules.ForeignWrites(s, owners))));
    }

    [Fact]
    public void Outbox_sender_and_watcher_know_no_feature() => Holds(Sources.SelectMany(ArchitectureRules.ChainCoreKnowsFeatures));

    [Fact]
    public void Only_chain_contracts_names_solidity_functions_and_events() => Holds(Sources.SelectMany(ArchitectureRules.SolidityNames));

    [Fact]
    public void Nothing_is_sent_but_the_outbox_s_signed_bytes() => Holds(Sources.SelectMany(ArchitectureRules.TypedSends));

    [Fact]
    public void No_floating_point_where_money_and_metering_are_computed() => Holds(Sources.SelectMany(ArchitectureRules.FloatingPoint));

    [Fact]
    public void Program_stays_a_list_of_registrations() =>
        Holds(Sources.Where(s => s.Path == "Program.cs").SelectMany(s => ArchitectureRules.TooLong(s, MostProgramLines)));

    [Fact]
    public void Files_stay_small() =>
        // Solidity's tests are one file a verb, however many branches it has.
        Holds(Read("src", "*.cs").Concat(Read("tests", "*.cs")).Concat(Read("contracts", "*.sol").Where(s => s.Folder != "test")).SelectMany(s => ArchitectureRules.TooLong(s, MostLines)));

    [Fact]
    public void No_project_imports_a_feature_for_all_its_files() =>
        Holds(Read("src/ComputeRwa", "*.csproj").Where(p => p.Text.Contains("<Using Include=\"ComputeRwa", StringComparison.Ordinal))
            .Select(p => $"{p.Path}: a Using item hides who uses whom; write the using in each file."));

    [Fact]
    public void Tests_that_use_a_database_run_on_both_engines() => Holds(Read("tests/ComputeRwa.Tests", "*Tests.cs").SelectMany(ArchitectureRules.OneEngine));

    [Theory]
    [InlineData("Db/XTests.cs", "class XTests { void A() => ScratchDatabase.Make(); }", 1)]
    [InlineData("Db/XTests.cs", "class XTests(LeaseWorld world);", 1)]
    [InlineData("Db/XTests.cs", "[Trait(\"engine\", \"both\")] class XTests(LeaseWorld world);", 0)]
    [InlineData("Db/XTests.cs", "class XTests { void A() => LeaseWorld.Sign(); }", 0)]
    public void The_scanner_notices_a_database_test_of_one_engine(string path, string source, int breaches) =>
        Assert.Equal(breaches, ArchitectureRules.OneEngine(new(path, source)).Count());

    [Theory]
    [InlineData("Fleet/Node.cs", "using ComputeRwa.Leases;", "Leases")]
    [InlineData("Fleet/Node.cs", "using static ComputeRwa.Telemetry.Rollup;", "Telemetry")]
    [InlineData("Fleet/Node.cs", "using Later = ComputeRwa.Web.Pages;", "Web")]
    [InlineData("Kernel/Money.cs", "var x = global::ComputeRwa.Db.Tx.Null;", "Db")]
    [InlineData("Fleet/Node.cs", "var x = Leases.Rent.Compute(1);", "Leases")]
    [InlineData("Fleet/Node.cs", "var x = $\"{ComputeRwa.Claims.Claim.Name}\";", "Claims")]
    [InlineData("Chain/Sender.cs", "namespace ComputeRwa.Chain; class X(Settlement.Epoch e);", "Settlement")]
    [InlineData("Billing/Bill.cs", "class Bill;", "no place in the order")]
    [InlineData("Fleet/Usings.cs", "global using ComputeRwa.Kernel;", "global using")]
    public void The_scanner_notices_a_forbidden_reference(string path, string source, string named) =>
        Assert.Contains(named, Assert.Single(ArchitectureRules.ForwardReferences(new(path, source))), StringComparison.Ordinal);

    [Theory]
    [InlineData("Fleet/Node.cs", "using ComputeRwa.Kernel; using ComputeRwa.Fleet; using System.Security.Claims;")]
    [InlineData("Fleet/Node.cs", "// ComputeRwa.Leases come later\n/* Leases.Rent */ /// <see cref=\"ComputeRwa.Web\"/>\nclass X;")]
    [InlineData("Fleet/Node.cs", "http.User.Claims.First(); var s = \"Leases.Rent\"; var t = \"\"\"\nLeases.Rent \" // no comment\n\"\"\"; options.Market.Open();")]
    [InlineData("Program.cs", "using ComputeRwa.Web;")]
    public void The_scanner_lets_allowed_references_pass(string path, string source) => Assert.Empty(ArchitectureRules.ForwardReferences(new(path, source)));

    [Theory]
    [InlineData("INSERT INTO providers (id) VALUES (1)", "Parties")]
    [InlineData("insert into providers (id) values (1)", "Parties")]
    [InlineData("UPDATE providers SET name = @name", "Parties")]
    [InlineData("UPDATE providers AS p SET name = @name", "Parties")]
    [InlineData("DELETE FROM providers WHERE id = @id", "Parties")]
    [InlineData("COPY providers (id) FROM STDIN (FORMAT BINARY)", "Parties")]
    [InlineData("INSERT INTO nowhere (id) VALUES (1)", "no migration creates")]
    [InlineData("INSERT INTO {table} (id) VALUES (1)", "hides the table's name")]
    public void The_scanner_notices_a_write_to_a_foreign_table(string sql, string named)
    {
        var owners = new Dictionary<string, string> { ["providers"] = "Parties", ["nodes"] = "Fleet" };
        var source = new SourceFile("Fleet/NodeStore.cs", $"tx.Execute(\"SELECT id FROM providers; UPDATE nodes SET x = 1\"); tx.Execute(\n\"\"\"\n{sql}\nON CONFLICT (id) DO UPDATE SET name = 1\n\"\"\")");
        Assert.Contains(named, Assert.Single(ArchitectureRules.ForeignWrites(source, owners)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_scanner_notices_a_table_without_an_owner_and_one_with_two()
    {
        var breaches = new List<string>();
        var owners = ArchitectureRules.Owners(
            [new("1.sql", "CREATE TABLE a (x TEXT);"), new("2.sql", "-- Owned by Fleet.\nCREATE TABLE b (x TEXT);\n-- Owned by Chain: more\nCREATE TABLE c (x TEXT);"),
                new("3.sql", "-- Owned by Parties\nCREATE TABLE b (y TEXT);"), new("4.sql", "-- Owned by Nobody\nCREATE TABLE d (y TEXT);")], [], breaches);
        Assert.Equal([("b", "Fleet"), ("c", "Chain")], owners.Select(o => (o.Key, o.Value)));
        Assert.Equal(3, breaches.Count);
    }

    [Theory]
    [InlineData("Chain/Outbox.cs", "class X { LeaseId id; }")]
    [InlineData("Chain/SenderJob.cs", "using ComputeRwa.Chain.Contracts;")]
    [InlineData("Chain/WatcherStore.cs", "var x = Contracts.LeaseBook;")]
    public void The_scanner_notices_a_chain_core_that_knows_a_feature(string path, string source) =>
        Assert.NotEmpty(ArchitectureRules.ChainCoreKnowsFeatures(new(path, source)));

    [Fact]
    public void The_scanner_lets_the_chain_core_speak_of_contracts_in_comments_and_nethereum() =>
        Assert.Empty(ArchitectureRules.ChainCoreKnowsFeatures(new("Chain/Watcher.cs", "using Nethereum.Contracts;\n/// the logs of leases\nclass X;")));

    [Theory]
    [InlineData("Leases/LeaseApi.cs", "[Function(\"originate\")] class X;", true)]
    [InlineData("Chain/Watcher.cs", "[Event(\"Transfer\")] class X;", true)]
    [InlineData("Chain/Contracts/LeaseBook.cs", "[Function(\"originate\")] class X;", false)]
    [InlineData("Chain/AbiCatalog.cs", "type.GetCustomAttribute<FunctionAttribute>()", false)]
    public void The_scanner_notices_solidity_names_outside_their_folder(string path, string source, bool breach) =>
        Assert.Equal(breach, ArchitectureRules.SolidityNames(new(path, source)).Any());

    [Theory]
    [InlineData("await web3.TransactionManager.SendTransactionAsync(input);", 2)]
    [InlineData("web3.Eth.GetContractTransactionHandler<Transfer>();", 1)]
    [InlineData("account.NonceService = new InMemoryNonceService(a, c);", 1)]
    [InlineData("web3.Eth.Transactions.SendRawTransaction.SendRequestAsync(raw);", 0)]
    [InlineData("web3.Eth.Transactions.GetTransactionCount.SendRequestAsync(a);", 0)]
    public void The_scanner_notices_a_typed_send(string source, int breaches) => Assert.Equal(breaches, ArchitectureRules.TypedSends(new("Chain/X.cs", source)).Count());

    [Theory]
    [InlineData("double x = 1;")]
    [InlineData("var x = (decimal)y;")]
    [InlineData("var x = y * 0.5;")]
    [InlineData("var x = 1m;")]
    [InlineData("var x = Math.Round(y);")]
    public void The_scanner_notices_floating_point(string source)
    {
        Assert.NotEmpty(ArchitectureRules.FloatingPoint(new("Leases/Rent.cs", source)));
        Assert.NotEmpty(ArchitectureRules.FloatingPoint(new("Telemetry/Metering.cs", source)));
    }

    [Theory]
    [InlineData("// a decimal string of 0.5\nvar x = \"1.5\"; var y = tx.Single<long>(); var z = text[1..5]; var w = 0x1fd; var v = ToDecimal(1_000); var u = 3.ToString();")]
    public void The_scanner_lets_integers_and_words_pass(string source) => Assert.Empty(ArchitectureRules.FloatingPoint(new("Leases/Rent.cs", source)));

    [Fact]
    public void The_scanner_counts_lines()
    {
        Assert.Empty(ArchitectureRules.TooLong(new("A.cs", "a\nb\nc\n"), 3));
        Assert.Single(ArchitectureRules.TooLong(new("A.cs", "a\nb\nc\nd"), 3));
    }

    [Fact]
    public void Every_test_that_the_threats_name_exists()
    {
        var tests = string.Join('\n', Read("tests/contracts", "*.sol").Select(f => f.Text));
        var named = TestName().Matches(File.ReadAllText(Path.Combine(Root, "docs/threats.md"))).Select(m => m.Value).Distinct().ToList();
        Assert.True(named.Count > 30, "docs/threats.md names hardly any test; the scan is broken.");
        Holds(named.Where(name => !tests.Contains($"function {name}(", StringComparison.Ordinal)).Select(name => $"docs/threats.md names {name}, which is no test."));
    }

    [GeneratedRegex(@"\b(test|testFuzz|invariant)_\w+")]
    private static partial Regex TestName();

    private static void Holds(IEnumerable<string> breaches)
    {
        var all = breaches.ToList();
        Assert.True(all.Count == 0, string.Join(Environment.NewLine, all));
    }

    private static List<SourceFile> Read(string folder, string pattern)
    {
        var from = Path.Combine(Root, folder);
        var files = Directory.EnumerateFiles(from, pattern, SearchOption.AllDirectories)
            .Select(p => new SourceFile(Path.GetRelativePath(from, p).Replace('\\', '/'), File.ReadAllText(p)))
            .Where(f => !f.Path.Split('/').Any(part => part is "bin" or "obj" or "artifacts" or "node_modules")).ToList();
        return files.Count > 0 ? files : throw new InvalidOperationException($"There is no {pattern} in {folder}; the scanner would pass without looking.");
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "ComputeRwa.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests must run from within the repository, whose sources they scan.");
    }
}
