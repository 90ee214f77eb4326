using System.Text.Json;
using System.Text.Json.Serialization;
using ComputeRwa.Db;

namespace ComputeRwa.Http;

internal static class HttpSetup
{
    public static void AddHttp(this IServiceCollection services)
    {
        services.AddSingleton<Gauges>();
        services.AddApiKeys();
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(o => Json(o.SerializerOptions));
    }

    /// <summary>Strict: an unknown or missing member is an error that names it, so a typing mistake never becomes a default.</summary>
    public static void Json(JsonSerializerOptions options)
    {
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.RespectRequiredConstructorParameters = true;
        options.RespectNullableAnnotations = true;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
    }

    public static void UseHttp(this WebApplication app)
    {
        app.UseProblems();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
    }

    /// <summary>The last step before the handlers: nothing that waits for somebody else may come after it, while it holds a transaction.</summary>
    public static void UseUnitOfWork(this WebApplication app) => app.UseMiddleware<UnitOfWork>();

    /// <summary>The route group of a feature: problems are declared once for all its routes.</summary>
    public static RouteGroupBuilder MapFeature(this IEndpointRouteBuilder app, string prefix, string tag)
    {
        var group = app.MapGroup(prefix).WithTags(tag);
        foreach (var status in (int[])[400, 401, 403, 404, 409])
            group.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(Problem), ["application/problem+json"]));
        return group;
    }
}
