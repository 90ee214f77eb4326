using System.Text.Json.Nodes;
using ComputeRwa.Kernel;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ComputeRwa.Http;

/// <summary>What the generated document cannot know: keys, the Idempotency-Key header, and an example of every problem.</summary>
internal static class OpenApiSetup
{
    private static readonly Dictionary<string, string[]> CodesByStatus = new()
    {
        ["400"] = ["invalid", "malformed", "idempotency-key-missing"],
        ["401"] = ["unauthenticated"],
        ["403"] = ["forbidden", "wrong-signature"],
        ["404"] = ["not-found"],
        ["409"] = ["conflict", "idempotency-key-reused", "not-ready"],
    };

    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi(o =>
    {
        o.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new()
            {
                Title = "ComputeRwa",
                Version = "v1",
                Description = "GPU lease revenue as ERC-1155 claims: fleet, telemetry, leases, epochs, cash. Money is decimal strings; times are RFC 3339 UTC.",
            };
            document.Components ??= new();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes["apiKey"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key." };
            return Task.CompletedTask;
        });
        o.AddOperationTransformer((operation, context, _) =>
        {
            var metadata = context.Description.ActionDescriptor.EndpointMetadata;
            if (metadata.OfType<IAuthorizeData>().Any())
                operation.Security = [new() { [new OpenApiSecuritySchemeReference("apiKey", context.Document)] = [] }];
            if (metadata.OfType<NeedsIdempotencyKey>().Any()) (operation.Parameters ??= []).Add(IdempotencyKey);
            foreach (var (status, response) in operation.Responses ?? []) AddExamples(status, response);
            return Task.CompletedTask;
        });
    });

    private static OpenApiParameter IdempotencyKey => new()
    {
        Name = "Idempotency-Key",
        In = ParameterLocation.Header,
        Required = true,
        Description = "One for each intended effect; a repeat gets the first answer.",
        Schema = new OpenApiSchema { Type = JsonSchemaType.String, MaxLength = 128 },
    };

    private static void AddExamples(string status, IOpenApiResponse response)
    {
        if (!CodesByStatus.TryGetValue(status, out var codes) || response.Content is null || !response.Content.TryGetValue("application/problem+json", out var media)) return;
        media.Examples = codes.ToDictionary(code => code, code => (IOpenApiExample)new OpenApiExample { Summary = code, Value = Example(code) });
    }

    private static JsonNode Example(string code)
    {
        var fields = code switch
        {
            "invalid" => [new FieldError("address", "must be 0x and 40 hex digits")],
            "malformed" => [new FieldError("gpuCount", "The JSON value could not be converted to a number.")],
            "idempotency-key-missing" => [new FieldError("Idempotency-Key", "is missing")],
            "wrong-signature" => [new FieldError("signature", "is not the provider's")],
            _ => (FieldError[])[],
        };
        var problem = Problems.From(new(code, "What is wrong, in one sentence.", fields));
        return System.Text.Json.JsonSerializer.SerializeToNode(problem, System.Text.Json.JsonSerializerOptions.Web)!;
    }
}
