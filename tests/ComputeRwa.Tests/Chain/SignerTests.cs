using System.Text.Json;
using ComputeRwa.Chain;
using ComputeRwa.Kernel;
using ComputeRwa.Tests.Support;
using Microsoft.Extensions.Configuration;
using Nethereum.Model;
using Nethereum.Signer;

namespace ComputeRwa.Tests.Chain;

public sealed class SignerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("computerwa-keys-").FullName;

    private const string Secret = "2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6";

    [Theory]
    [InlineData("0x00871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6", "zero byte")]
    [InlineData("0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "not a private key")]
    [InlineData(Secret, "0x and 64 hex digits")]
    [InlineData("0x2a87", "0x and 64 hex digits")]
    public void A_key_that_cannot_be_used_is_refused_without_being_repeated(string key, string reason)
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => OperatorKey.Parse(key));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(key, refusal.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_key_shows_itself_as_its_address_only()
    {
        var key = OperatorKey.Parse("0x" + Secret);
        var everything = $"{key} {System.Text.Json.JsonSerializer.Serialize(key)} {string.Join(' ', typeof(OperatorKey).GetProperties().Select(p => p.GetValue(key)))}";
        Assert.Contains("0xa0Ee7A142d267C1f36714E4a8F75612F20a79720", everything, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, everything, StringComparison.OrdinalIgnoreCase);
    }

    // The two examples of the Web3 Secret Storage definition, both of the same key and password.
    private const string Pbkdf2File =
        """
        {"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"},"ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
        "kdf":"pbkdf2","kdfparams":{"c":262144,"dklen":32,"prf":"hmac-sha256","salt":"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},
        "mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"},"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}
        """;

    private const string ScryptFile =
        """
        {"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"83dbcc02d8ccb40e466191a123791e0e"},"ciphertext":"d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c",
        "kdf":"scrypt","kdfparams":{"dklen":32,"n":262144,"r":1,"p":8,"salt":"ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"},
        "mac":"2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097"},"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}
        """;

    private const string FileKey = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";
    private const string FilePassword = "testpassword";

    [Theory]
    [InlineData(Pbkdf2File)]
    [InlineData(ScryptFile)]
    public async Task An_encrypted_key_file_signs_like_the_key_in_it(string file)
    {
        var opened = SignerSettings.Read(Keystore(file, FilePassword + "\n"))[0];
        var expected = OperatorKey.Parse("0x" + FileKey);
        Assert.Equal(expected.Address, opened.Address);
        Assert.Equal(await expected.Sign(Call), await opened.Sign(Call));
    }

    [Theory]
    [InlineData(Pbkdf2File)]
    [InlineData(ScryptFile)]
    public void A_wrong_password_is_said_and_neither_it_nor_the_key_is_repeated(string file)
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => SignerSettings.Read(Keystore(file, "not-the-password")));
        Assert.Contains("Chain:OperatorKeys:0: the password does not open", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-password", refusal.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(FileKey, refusal.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("{", "no key file")]
    [InlineData("""{"version":1}""", "version 3")]
    [InlineData("""{"version":3,"crypto":{"cipher":"rot13"}}""", "rot13")]
    public void A_file_that_is_no_key_file_is_refused_by_name(string file, string reason)
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => SignerSettings.Read(Keystore(file, FilePassword)));
        Assert.Contains("Chain:OperatorKeys:0", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_keys_are_several_signers_in_their_order()
    {
        var keys = Enumerable.Range(0, 11).Select(_ => HardhatNode.UsableKey()).ToList();
        var signers = SignerSettings.Read(Settings([.. keys.Select((k, i) => ($"Chain:OperatorKeys:{i}", k.GetPrivateKey()))]));
        Assert.Equal(keys.Select(k => k.GetPublicAddress()), signers.Select(s => s.Address.Value));
    }

    [Fact]
    public void Settings_that_name_no_key_or_one_twice_are_refused()
    {
        Refused("Chain:OperatorKey is not set");
        Refused("not both", ("Chain:OperatorKey", "0x" + Secret), ("Chain:OperatorKeys:0", "0x" + Secret));
        Refused("twice", ("Chain:OperatorKeys:0", "0x" + Secret), ("Chain:OperatorKeys:1", "0x" + Secret));
        Refused("Chain:OperatorKeys:0:PasswordFile is not set", ("Chain:OperatorKeys:0:Keystore", "nowhere.json"));
        Refused("Chain:OperatorKeys:0:Address", ("Chain:OperatorKeys:0:Web3Signer", "http://127.0.0.1:9000"), ("Chain:OperatorKeys:0:Address", "0x12"));
        Refused("absolute URL", ("Chain:OperatorKeys:0:Web3Signer", "ftp://x"), ("Chain:OperatorKeys:0:Address", Address.Zero.Value));
        Refused("Chain:OperatorKeys:0 must be a key", ("Chain:OperatorKeys:0:Other", "x"));

        static void Refused(string reason, params (string, string)[] settings) =>
            Assert.Contains(reason, Assert.Throws<InvalidOperationException>(() => SignerSettings.Read(Settings(settings))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_remote_signer_gives_the_bytes_that_the_key_here_would_have_given()
    {
        await using var remote = await HttpSigner.Start("0x" + Secret);
        var signer = SignerSettings.Read(Settings(("Chain:OperatorKeys:0:Web3Signer", remote.Url), ("Chain:OperatorKeys:0:Address", remote.Address)))[0];
        Assert.Equal(await OperatorKey.Parse("0x" + Secret).Sign(Call), await signer.Sign(Call));
        Assert.Equal(remote.Address, signer.ToString());
    }

    [Theory]
    [InlineData(HttpSigner.Fault.AnotherNonce, "another transaction")]
    [InlineData(HttpSigner.Fault.AnotherRecipient, "another transaction")]
    [InlineData(HttpSigner.Fault.SomeEther, "another transaction")]
    [InlineData(HttpSigner.Fault.AnotherKey, "another key's")]
    [InlineData(HttpSigner.Fault.NoSignature, "no signed transaction")]
    [InlineData(HttpSigner.Fault.Nonsense, "no signed transaction")]
    public async Task What_a_remote_signer_should_not_have_signed_is_not_used(HttpSigner.Fault fault, string reason)
    {
        await using var remote = await HttpSigner.Start("0x" + Secret);
        remote.Failing = fault;
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(async () => await RemoteSigner.At(new(remote.Url), Address.Parse(remote.Address)).Sign(Call));
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_remote_signer_that_refuses_or_is_away_is_waited_for()
    {
        await using var remote = await HttpSigner.Start("0x" + Secret);
        var signer = RemoteSigner.At(new($"http://operator:a-secret@127.0.0.1:{new Uri(remote.Url).Port}"), Address.Parse(remote.Address));
        await signer.Sign(Call);
        Assert.Equal("Basic " + Convert.ToBase64String("operator:a-secret"u8), remote.Authorization);
        remote.Failing = HttpSigner.Fault.Refusal;
        var refusal = await Assert.ThrowsAsync<UnavailableException>(async () => await signer.Sign(Call));
        Assert.Contains("account is locked", refusal.Message, StringComparison.Ordinal);
        await remote.Stop();
        var away = await Assert.ThrowsAsync<UnavailableException>(async () => await signer.Sign(Call));
        Assert.Equal("signer-unavailable", away.Code);
        Assert.DoesNotContain("a-secret", $"{refusal} {away} {signer}", StringComparison.Ordinal);
    }

    private static UnsignedTransaction Call { get; } = new(31337, 7, new Fees(3_000_000_007, 1_000_000_007), 123_456, Address.Parse("0x00000000000000000000000000000000000000aa"), "0x40c10f19");

    private static IConfiguration Settings(params (string Name, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value))).Build();

    private IConfiguration Keystore(string file, string password)
    {
        var (key, secret) = (Path.Combine(_folder, "key.json"), Path.Combine(_folder, "password"));
        File.WriteAllText(key, file);
        File.WriteAllText(secret, password);
        return Settings(("Chain:OperatorKeys:0:Keystore", key), ("Chain:OperatorKeys:0:PasswordFile", secret));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
