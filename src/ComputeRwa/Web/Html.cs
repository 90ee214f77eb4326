using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace ComputeRwa.Web;

/// <summary>Markup. Every value interpolated into <see cref="Of"/> is encoded unless it is Html itself, so no page can be injected into.</summary>
internal readonly record struct Html(string Markup)
{
    public static readonly Html Empty = new("");

    public static Html Of(Handler handler) => new(handler.ToString());

    public static Html Join(IEnumerable<Html> parts) => new(string.Concat(parts.Select(p => p.Markup)));

    public static Html Each<T>(IEnumerable<T> items, Func<T, Html> render) => Join(items.Select(render));

    public IResult ToResult() => Results.Content(Markup, "text/html; charset=utf-8");

    [InterpolatedStringHandler]
    internal readonly struct Handler(int literalLength, int formattedCount)
    {
        private readonly StringBuilder _text = new(literalLength + 32 * formattedCount);

        public void AppendLiteral(string text) => _text.Append(text);

        public void AppendFormatted(Html html) => _text.Append(html.Markup);

        public void AppendFormatted<T>(T value) => _text.Append(WebUtility.HtmlEncode(Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)));

        public void AppendFormatted<T>(T value, string format) where T : IFormattable =>
            _text.Append(WebUtility.HtmlEncode(value.ToString(format, System.Globalization.CultureInfo.InvariantCulture)));

        public override string ToString() => _text.ToString();
    }
}
