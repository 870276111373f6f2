namespace Payments.Simulator;

/// <summary>
/// An API that takes requests in the initiator's name and tells later what became of them. All of it is in one file: whatever implements this is
/// served at its paths and can be scripted by its name.
/// </summary>
internal interface IDarajaApi
{
    public Api Api { get; }

    public IEnumerable<(string Path, Func<Call, Task<Answer>> Handle)> Routes { get; }
}
