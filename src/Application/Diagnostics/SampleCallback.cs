using Payments.Application.Callbacks;

namespace Payments.Application.Diagnostics;

/// <summary>A payload as Safaricom publishes it.</summary>
public sealed record SampleCallback(string Name, CallbackKind Kind, ReadOnlyMemory<byte> Body);
