using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace ComputeRwa.Telemetry;

internal static class ReadingsSchema
{
    /// <summary>What the document generator cannot see through the converter.</summary>
    public static void AddReadings(this IServiceCollection services) => services.Configure<OpenApiOptions>("v1", o => o.AddSchemaTransformer((schema, context, _) =>
    {
        if (context.JsonTypeInfo.Type != typeof(Readings)) return Task.CompletedTask;
        (schema.Type, schema.Description) = (JsonSchemaType.Array, "[gpu][sample]; null where the reading is missing");
        schema.Items = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.Integer | JsonSchemaType.Null, Format = "int32" } };
        return Task.CompletedTask;
    }));
}
