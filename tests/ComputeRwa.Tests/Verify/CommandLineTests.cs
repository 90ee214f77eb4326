namespace ComputeRwa.Tests.Verify;

public sealed class CommandLineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("verify").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<(int Code, string Output, string Errors)> Run(params string[] args)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var code = await ComputeRwa.Verify.Program.Run(args, output, errors);
        return (code, output.ToString(), errors.ToString());
    }

    private string Saved(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    [Fact]
    public async Task A_good_epoch_exits_0_and_says_what_there_is_to_sign()
    {
        var epochs = new World(2, nodes: 2, leases: 2, epochs: 2).Close();
        var (code, output, _) = await Run("epoch", "--file", Saved("1.json", epochs[1].File), "--evidence", Saved("1e.json", epochs[1].Evidence), "--previous", Saved("0.json", epochs[0].File));
        Assert.Equal(0, code);
        Assert.Contains("PASSED", output, StringComparison.Ordinal);
        Assert.Contains(epochs[1].Closed.Root.Value, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_epoch_exits_1_and_names_what_is_wrong()
    {
        var epoch = new World(2, nodes: 2, leases: 2, epochs: 1).Close()[0].WithFile(f => f["totals"]!["rent"] = "1");
        var (code, output, _) = await Run("epoch", "--file", Saved("0.json", epoch.File), "--evidence", Saved("0e.json", epoch.Evidence));
        Assert.Equal(1, code);
        Assert.Contains("totals", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("epoch")]
    [InlineData("epoch", "--file")]
    [InlineData("epoch", "--file", "a", "--file", "b", "--evidence", "c")]
    [InlineData("epoch", "--file", "/nowhere/a", "--evidence", "/nowhere/b")]
    [InlineData("lease", "--file", "a", "--evidence", "b")]
    public async Task What_cannot_be_checked_exits_2(params string[] args)
    {
        var (code, output, errors) = await Run(args);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.NotEmpty(errors);
    }
}
