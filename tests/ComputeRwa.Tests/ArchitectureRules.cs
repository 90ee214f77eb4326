using System.Text;
using System.Text.RegularExpressions;

namespace ComputeRwa.Tests;

/// <summary>A source file; <c>Path</c> is relative to what was scanned, with forward slashes.</summary>
internal sealed record SourceFile(string Path, string Text)
{
    /// <summary>The feature folder; files beside the folders belong to Program.</summary>
    public string Folder => Path.Contains('/', StringComparison.Ordinal) ? Path[..Path.IndexOf('/', StringComparison.Ordinal)] : "Program";

    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    public int Lines => Text.AsSpan().TrimEnd('\n').Count('\n') + 1;

    /// <summary>Without comments.</summary>
    public string Code => CSharp.Strip(Text, strings: false);

    /// <summary>Without comments and without the contents of strings.</summary>
    public string BareCode => CSharp.Strip(Text, strings: true);
}

/// <summary>The rules of docs/architecture.md as functions from sources to sentences that say what is wrong and what to do.</summary>
internal static partial class ArchitectureRules
{
    public static readonly IReadOnlyList<string> Order =
    [
        "Kernel", "Db", "Http", "Chain", "Parties", "Fleet", "Telemetry", "Pricing", "Leases", "Dispatch", "Risk", "Claims",
        "Settlement", "Market", "Lending", "Insight", "Web", "Program",
    ];

    // Folders in which every number settles or is hashed.
    private static readonly string[] IntegerFolders = ["Kernel", "Telemetry", "Pricing", "Leases", "Claims", "Settlement"];

    public static IEnumerable<string> ForwardReferences(SourceFile file)
    {
        var place = Order.ToList().IndexOf(file.Folder);
        if (place < 0)
        {
            yield return $"{file.Path}: the folder {file.Folder} has no place in the order; add it to docs/architecture.md and to ArchitectureRules.Order.";
            yield break;
        }
        if (GlobalUsing().IsMatch(file.BareCode)) yield return $"{file.Path}: a global using hides who uses whom; write the using in each file.";
        var names = QualifiedName().Matches(file.Code).Concat(RelativeName().Matches(file.BareCode)).Select(m => m.Groups["folder"].Value).Distinct();
        foreach (var later in names.Where(n => Order.ToList().IndexOf(n) > place && n != "Program"))
            yield return $"{file.Path} uses {later}, which comes after {file.Folder}. Move the code to the later folder, or hand in what it needs as data.";
    }

    /// <summary>A test that makes a database, or an API or world that has one, names the engines it runs on.</summary>
    public static IEnumerable<string> OneEngine(SourceFile file)
    {
        if (UsesDatabase().IsMatch(file.BareCode) && !file.Code.Contains("[Trait(\"engine\", ", StringComparison.Ordinal))
            yield return $"{file.Path} uses a database: mark its class [Trait(\"engine\", \"both\")], so that it runs on SQLite and on PostgreSQL.";
    }

    /// <summary>Table → owning folder, from the "-- Owned by X" line above each CREATE TABLE; breaches of that rule go to <paramref name="breaches"/>.</summary>
    public static Dictionary<string, string> Owners(IEnumerable<SourceFile> migrations, IEnumerable<SourceFile> sources, List<string> breaches)
    {
        var owners = new Dictionary<string, string>();
        foreach (var migration in migrations)
        {
            string? owner = null;
            foreach (Match match in OwnerOrTable().Matches(migration.Text))
            {
                if (match.Groups["owner"].Success) owner = match.Groups["owner"].Value;
                else if (owner is null) breaches.Add($"{migration.Name} creates {match.Groups["table"].Value} without an owner; begin the file with '-- Owned by FOLDER'.");
                else if (!Order.Contains(owner)) breaches.Add($"{migration.Name} names the owner {owner}, which is no folder of src/ComputeRwa.");
                else if (!owners.TryAdd(match.Groups["table"].Value, owner) && owners[match.Groups["table"].Value] != owner)
                    breaches.Add($"{migration.Name}: {match.Groups["table"].Value} has two owners; a table has one.");
            }
        }
        foreach (var source in sources)
            foreach (Match match in OwnerOrTable().Matches(source.Code).Where(m => m.Groups["table"].Success))
                owners.TryAdd(match.Groups["table"].Value, source.Folder);
        return owners;
    }

    public static IEnumerable<string> ForeignWrites(SourceFile file, IReadOnlyDictionary<string, string> owners)
    {
        foreach (Match match in SqlWrite().Matches(file.Code))
        {
            var table = match.Groups["table"].Value;
            if (table.StartsWith('{')) yield return $"{file.Path}: '{match.Value}' hides the table's name; write one statement for each table.";
            else if (!owners.TryGetValue(table, out var owner)) yield return $"{file.Path} writes {table}, which no migration creates.";
            else if (owner != file.Folder) yield return $"{file.Path} writes {table}, which {owner} owns. Call a function of {owner}'s store instead.";
        }
    }

    public static IEnumerable<string> ChainCoreKnowsFeatures(SourceFile file)
    {
        if (file.Folder != "Chain" || !ChainCore().IsMatch(file.Name)) yield break;
        foreach (var word in FeatureWords().Matches(file.BareCode).Select(m => m.Value).Distinct())
            yield return $"{file.Path} mentions {word}. Outbox, sender and watcher move commands and logs of any contract; leave this to the feature that enqueues or projects.";
    }

    public static IEnumerable<string> SolidityNames(SourceFile file)
    {
        if (file.Path.StartsWith("Chain/Contracts/", StringComparison.Ordinal)) yield break;
        foreach (var attribute in ContractAttribute().Matches(file.BareCode).Select(m => m.Value).Distinct())
            yield return $"{file.Path} declares a contract's function or event ({attribute}…). Put the message class into Chain/Contracts.";
    }

    /// <summary>A typed send asks the node five times and takes its nonce from this process's memory.</summary>
    public static IEnumerable<string> TypedSends(SourceFile file) => TypedSend().Matches(file.BareCode).Select(m => m.Value).Distinct()
        .Select(word => $"{file.Path} has '{word}'. Leave a command in the outbox: the sender alone gives nonces and sends signed bytes.");

    public static IEnumerable<string> FloatingPoint(SourceFile file)
    {
        if (!IntegerFolders.Contains(file.Folder)) yield break;
        foreach (var word in Floating().Matches(file.BareCode).Select(m => m.Value).Distinct())
            yield return $"{file.Path} has '{word}'. Money and metering are integers: use long, Int128 or BigInteger, and say which way a division rounds.";
    }

    public static IEnumerable<string> TooLong(SourceFile file, int most)
    {
        if (file.Lines > most) yield return $"{file.Path} has {file.Lines} lines, more than {most}. Split it where a second idea begins.";
    }

    [GeneratedRegex(@"ScratchDatabase\.Make|TestApp\.Start|ChainHarness\.Create|\b(LeaseWorld|SharedApi) \w+[,)=; ]")]
    private static partial Regex UsesDatabase();

    [GeneratedRegex(@"\bComputeRwa\.(?<folder>[A-Z]\w*)")]
    private static partial Regex QualifiedName();

    // Inside namespace ComputeRwa.X, 'Leases.Rent' means ComputeRwa.Leases.Rent.
    [GeneratedRegex(@"(?<![\w.])(?<folder>Kernel|Db|Http|Chain|Parties|Fleet|Telemetry|Pricing|Leases|Dispatch|Risk|Claims|Settlement|Market|Lending|Insight|Web)\s*\.\s*[A-Z]")]
    private static partial Regex RelativeName();

    [GeneratedRegex(@"\bglobal\s+using\s+(static\s+)?ComputeRwa\b")]
    private static partial Regex GlobalUsing();

    [GeneratedRegex(@"--\s*Owned by (?<owner>\w+)|CREATE TABLE\s+(IF NOT EXISTS\s+)?(?<table>\w+)")]
    private static partial Regex OwnerOrTable();

    [GeneratedRegex(@"\b(?:(?i:INSERT\s+(?:OR\s+\w+\s+)?INTO|DELETE\s+FROM|REPLACE\s+INTO|MERGE\s+INTO)|ALTER\s+TABLE|DROP\s+TABLE(?:\s+IF\s+EXISTS)?|TRUNCATE(?:\s+TABLE)?|COPY)\s+(?<table>\{?\w+)|\b(?i:UPDATE\s+(?<table>\{?\w+)\}?(?:\s+AS\s+\w+)?\s+SET)\b")]
    private static partial Regex SqlWrite();

    [GeneratedRegex(@"^(Outbox|Sender|Watcher)")]
    private static partial Regex ChainCore();

    [GeneratedRegex(@"\bLease\w*|\b(?:ComputeRwa\.)?Chain\.Contracts\b|(?<!Nethereum\.)\bContracts\.\w+")]
    private static partial Regex FeatureWords();

    [GeneratedRegex(@"\b(TransactionManager|SendTransactionAsync|SendRequestAndWaitForReceiptAsync|GetContractTransactionHandler|GetContractDeploymentHandler|InMemoryNonceService)\b")]
    private static partial Regex TypedSend();

    [GeneratedRegex(@"\[\s*(Function|Event)\s*\(")]
    private static partial Regex ContractAttribute();

    [GeneratedRegex(@"\b(double|float|decimal|Double|Decimal|Half)\b|\bMath\.(Round|Floor|Ceiling|Pow|Sqrt)\b|(?<![\w.])\d[\d_]*(\.\d+([eE][+-]?\d+)?[mMfFdD]?|[mMfFdD]\b)")]
    private static partial Regex Floating();
}

/// <summary>Just enough of C#'s tokens to tell code from comments and strings.</summary>
internal static partial class CSharp
{
    public static string Strip(string text, bool strings)
    {
        var code = new StringBuilder(text.Length);
        var at = 0;
        foreach (Match token in CommentOrString().Matches(text))
        {
            code.Append(text, at, token.Index - at);
            var isComment = token.Value[0] == '/';
            if (isComment) code.Append(' ');
            else code.Append(strings ? "\"\"" : token.Value);
            at = token.Index + token.Length;
        }
        return code.Append(text, at, text.Length - at).ToString();
    }

    // Raw strings first (any number of quotes), then verbatim, plain and character literals.
    [GeneratedRegex("""//[^\n]*|/\*.*?\*/|\$*(?<q>"{3,}).*?\k<q>|(?:@\$?|\$@)"(?:[^"]|"")*"|\$?"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'""", RegexOptions.Singleline)]
    private static partial Regex CommentOrString();
}
