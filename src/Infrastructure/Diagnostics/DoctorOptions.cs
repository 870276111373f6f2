using Payments.Application.Diagnostics;

namespace Payments.Infrastructure.Diagnostics;

/// <summary>Section <c>Doctor</c>: how long the doctor waits.</summary>
public sealed class DoctorOptions
{
    /// <summary>For an answer at the public address: a little longer than the 30 s after which guides say that Safaricom gives up.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(35);

    /// <summary>For a probe that was answered to be found stored and judged: the ten seconds of the sweeper and its pause.</summary>
    public TimeSpan Judging { get; set; } = TimeSpan.FromSeconds(16);

    /// <summary>For the callback that answers a balance query.</summary>
    public TimeSpan Balance { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// A PEM file with a root certificate the doctor trusts in place of the machine's: how a certificate looks to it can be tried with a
    /// root of one's own. Only with <c>Daraja__Environment=Simulator</c>: Safaricom trusts public roots, so anywhere else it would hide
    /// the very thing the doctor is for.
    /// </summary>
    public string? TrustedRootPath { get; set; }

    internal DoctorLimits Limits => new() { Timeout = Patience, Judging = Judging, Balance = Balance };
}
