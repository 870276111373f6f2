using Payments.Tests.Integration;
using Xunit;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(TestDatabase))]
[assembly: TestCollectionOrderer(typeof(LongestIntegration))]

// Most tests wait most of the time, for what happens on the other side of a socket.
[assembly: Parallelization(MaxThreads = 12)]

namespace Payments.Tests.Integration;

public sealed class LongestIntegration() : SlowestFirst(
    nameof(WebhookSendingTests), nameof(WebhookFailureTests), nameof(MadeUpTokenTests), nameof(WaitingTests), nameof(OthersDatabasesTests), nameof(DoctorSafaricomTests), nameof(SpoolTrustTests), nameof(PullPagesTests),
    nameof(PullListTests), nameof(RefundTests), nameof(ClockTests), nameof(BrokenRequestTests), nameof(PullTimeTests), nameof(OwnRoleTests));
