using System.Runtime.InteropServices;
using Payments.Build;
using Payments.Tests.Faults;

using var stop = new CancellationTokenSource();

// The children would outlive us: what is told to us is told to them first.
using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
void End(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}

try
{
    return await Rig.Run(RigOptions.Read(args), stop.Token);
}
catch (Exception known) when (known is ArgumentException or StartProblemException)
{
    await Console.Error.WriteLineAsync(known.Message);
    return 2;
}
