using ComputeRwa.Chain;
using ComputeRwa.Db;
using ComputeRwa.Fleet;
using ComputeRwa.Http;
using ComputeRwa.Parties;
using ComputeRwa.Pricing;
using ComputeRwa.Telemetry;

var builder = WebApplication.CreateBuilder(args);
var config = builder.Configuration;
builder.WebHost.ConfigureKestrel(o => o.Limits.MaxRequestBodySize = 64 << 20);
builder.Services.AddSingleton(new Database(config["Db:Url"] ?? "sqlite:computerwa.db"));
builder.AddChain();
builder.Services.AddHttp();
builder.Services.AddApiDocument();
builder.Services.AddSingleton<PayTokens>();

var app = builder.Build();
var database = app.Services.GetRequiredService<Database>();
var now = TimeProvider.System.GetUtcNow();
await Migrator.Migrate(database, now);
if (await ApiKeys.EnsureOperator(database, config["Auth:OperatorKey"], now) is { } key) Console.WriteLine($"Operator API key: {key}");
await app.StartChain(now);

app.UseHttp();
app.UseChain();
app.UseUnitOfWork();
app.MapOpenApi();
app.MapFeed();
app.MapChain();
app.MapProviders();
app.MapFleet();
app.MapTelemetry();
app.MapQuotes();
await app.RunAsync();
