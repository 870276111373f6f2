namespace Payments.Simulator;

/// <summary>An accepted request to one of the initiator's APIs, whose result comes later.</summary>
internal sealed record Command
{
    public required Call Call { get; init; }

    public required Organisation Shop { get; init; }

    public required Plan Plan { get; init; }

    /// <summary>The client's own on B2C v3, else made here.</summary>
    public required string OriginatorConversationId { get; init; }

    public string ConversationId { get; } = Ids.Conversation();

    public Api Api => Call.Api;

    public string Initiator => Call[Api.InitiatorField];

    public string ResultUrl => Call["ResultURL"];

    public string TimeoutUrl => Call["QueueTimeOutURL"];

    /// <summary>The fields all these APIs share, in the order Daraja looks at them.</summary>
    public static string? Bad(Call call, string command, params ReadOnlySpan<(string Field, bool Good)> own)
    {
        var initiator = call.Api.InitiatorField;
        return Check.FirstBad(
                (initiator, call[initiator].Length > 0),
                ("SecurityCredential", Credentials.LooksEncrypted(call["SecurityCredential"])),
                ("CommandID", command.Split('|').Contains(call["CommandID"])))
            ?? Check.FirstBad(own)
            ?? Check.FirstBad(("QueueTimeOutURL", Check.Url(call["QueueTimeOutURL"])), ("ResultURL", Check.Url(call["ResultURL"])));
    }
}
