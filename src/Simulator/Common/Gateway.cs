using System.Text;

namespace Payments.Simulator;

/// <summary>The front door of every Daraja path: reads the body, checks method and token, logs the exchange, writes or withholds the answer.</summary>
internal sealed class Gateway(Tokens tokens, Journals journals, SettingsStore settings)
{
    /// <summary>Serves a POST API (or the methods given) behind an access token.</summary>
    public RequestDelegate Serve(Api api, Func<Call, Task<Answer>> handle, params string[] methods) => Open(api, call =>
    {
        if (call.Request.Headers.Authorization.Count == 0 && api.TokenCode == "400.003.01")
        {
            return Task.FromResult(Answer.Error(404, "404.001.04", "Invalid Authentication Header"));
        }

        var token = Bearer(call.Request);
        if (tokens.Find(token) is not { } found)
        {
            return Task.FromResult(api.BadToken(token));
        }
        // A token knows the products its app had when it was made (docs/protocol/oauth.md).
        if (found.Products is { } products && !products.Contains(api.Name))
        {
            return Task.FromResult(Api.NoProduct());
        }

        return handle(call);
    }, methods);

    /// <summary>Serves a path that needs no token.</summary>
    public RequestDelegate Open(Api api, Func<Call, Task<Answer>> handle, params string[] methods) => async http =>
    {
        var at = DateTimeOffset.UtcNow;
        var call = new Call(api, http.Request, await ReadBody(http.Request));
        var allowed = methods.Length == 0 ? ["POST"] : methods;
        var answer = allowed.Contains(http.Request.Method)
            ? await handle(call)
            : Answer.Error(405, "405.001", $"{http.Request.Method} Method Not Allowed");
        // Logged before the last byte leaves: whoever has the answer finds it in the log.
        journals.Requests.Add(new(at, http.Request.Method, http.Request.Path + http.Request.QueryString, answer.Status, call.Text, answer.Body));
        await Write(http, answer);
    };

    /// <summary>Answers an accepted request as its plan says: at once, slowly, spoiled, or not at all although it was accepted.</summary>
    public static async Task<Answer> Accepted(Plan plan, Api api, Answer answer)
    {
        if (plan.ReplyDelay > TimeSpan.Zero)
        {
            await Task.Delay(plan.ReplyDelay);
        }

        return plan.Reply is { } spoiled ? Faults.Make(spoiled, api) : answer;
    }

    /// <summary>The fault that keeps a request from being accepted, or null.</summary>
    public static async Task<Answer?> Refused(Plan plan, Api api)
    {
        if (plan.Error is not { } fault)
        {
            return null;
        }

        if (plan.ReplyDelay > TimeSpan.Zero)
        {
            await Task.Delay(plan.ReplyDelay);
        }

        return Faults.Make(fault, api);
    }

    /// <summary>How long an outcome takes when no script says otherwise.</summary>
    public TimeSpan Delay(Plan plan) => plan.Delay ?? TimeSpan.FromMilliseconds(settings.Current.DelayMs);

    private static string? Bearer(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..].Trim() : null;
    }

    private static async Task<string> ReadBody(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body, Encoding.UTF8);
        return await reader.ReadToEndAsync(request.HttpContext.RequestAborted);
    }

    private static async Task Write(HttpContext http, Answer answer)
    {
        if (answer.Status == 0)
        {
            http.Abort();
            return;
        }

        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = answer.ContentType;
        await http.Response.WriteAsync(answer.Body);
    }
}
