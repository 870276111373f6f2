using System.Reflection;
using Hangfire;
using Payments.Infrastructure.Jobs;
using Xunit;

namespace Payments.Tests.Unit;

public sealed class JobTypeNameTests
{
    private static readonly List<Type> Jobs = [.. typeof(CallbackJobs).Assembly.GetTypes().Where(type => type.GetMethods()
        .Any(method => method.GetCustomAttribute<AutomaticRetryAttribute>() is not null))];

    [Fact]
    public void Every_class_of_jobs_is_stored_under_a_name_without_its_folder()
    {
        Assert.Equal(6, Jobs.Count);
        Assert.All(Jobs, job => Assert.Matches("^Payments\\.Infrastructure\\.[A-Za-z]+Jobs, Payments\\.Infrastructure$", JobTypeNames.Write(job)));
    }

    [Fact]
    public void A_stored_name_is_read_as_the_class_it_was_written_for() =>
        Assert.All(Jobs, job => Assert.Equal(job, JobTypeNames.Read(JobTypeNames.Write(job))));

    [Fact]
    public void Another_name_is_read_as_Hangfire_reads_it() =>
        Assert.Equal(typeof(Guid), JobTypeNames.Read(JobTypeNames.Write(typeof(Guid))));
}
