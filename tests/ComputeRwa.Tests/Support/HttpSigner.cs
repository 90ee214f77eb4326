using System.Numerics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Nethereum.Hex.HexConvertors.Extensions;
using Nethereum.Model;
using Nethereum.Signer;

namespace ComputeRwa.Tests.Support;

/// <summary>A remote signer over real HTTP that answers eth_signTransaction as web3signer does, or wrongly in a chosen way.</summary>
public sealed class HttpSigner : IAsyncDisposable
{
    private const long ChainId = 31337;

    private readonly WebApplication _app;
    private readonly EthECKey _key;

    private HttpSigner(WebApplication app, string key)
    {
        (_app, _key) = (app, new EthECKey(key));
        app.MapPost("/", Answer);
    }

    public enum Fault
    {
        None,
        AnotherNonce,
        AnotherRecipient,
        SomeEther,
        AnotherKey,
        NoSignature,
        Nonsense,
        Refusal,
    }

    public Fault Failing { get; set; }
    public string? Authorization { get; private set; }
    public string Url => _app.Urls.Single();
    public string Address => _key.GetPublicAddress();

    /// <summary>Signed so far.</summary>
    public int Signed { get; private set; }

    public static async Task<HttpSigner> Start(string key)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var signer = new HttpSigner(app, key);
        await app.StartAsync();
        return signer;
    }

    public Task Stop() => _app.StopAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<IResult> Answer(HttpRequest request)
    {
        Authorization = request.Headers.Authorization;
        var body = (await request.ReadFromJsonAsync<JsonElement>())!;
        var id = body.GetProperty("id");
        var asked = body.GetProperty("params")[0];
        if (body.GetProperty("method").GetString() != "eth_signTransaction" || asked.GetProperty("from").GetString() != Address)
            return Results.Json(new { jsonrpc = "2.0", id, error = new { code = -32000, message = "Signing from is not an unlocked account" } });
        if (Failing == Fault.Refusal) return Results.Json(new { jsonrpc = "2.0", id, error = new { code = -32000, message = "the account is locked" } });
        Signed++;
        return Results.Json(new { jsonrpc = "2.0", id, result = Sign(asked) });
    }

    private string Sign(JsonElement asked)
    {
        if (Failing == Fault.Nonsense) return "0x02ff";
        var nonce = Number("nonce") + (Failing == Fault.AnotherNonce ? 1 : 0);
        var to = Failing == Fault.AnotherRecipient ? Address : asked.GetProperty("to").GetString();
        var value = Number("value") + (Failing == Fault.SomeEther ? 1 : 0);
        var transaction = new Transaction1559(
            ChainId, nonce, Number("maxPriorityFeePerGas"), Number("maxFeePerGas"), Number("gas"), to, value, asked.GetProperty("data").GetString(), null);
        if (Failing == Fault.NoSignature) return transaction.GetRLPEncodedRaw().ToHex(true);
        return "0x" + new Transaction1559Signer().SignTransaction(Failing == Fault.AnotherKey ? EthECKey.GenerateKey() : _key, transaction);

        BigInteger Number(string name) => asked.GetProperty(name).GetString()!.HexToBigInteger(false);
    }
}
