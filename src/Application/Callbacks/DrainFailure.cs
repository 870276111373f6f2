using System.Data.Common;

namespace Payments.Application.Callbacks;

/// <summary>Where it lies that a batch could not be applied.</summary>
internal enum FailurePlace
{
    /// <summary>The database or the wire: nothing can be applied now.</summary>
    Database,

    /// <summary>Something all rows of a kind need: a privilege, a table that is gone for a moment, a trigger. The rows are right.</summary>
    Tables,

    /// <summary>One row: a refused value, a bug met on the way.</summary>
    Row,
}

/// <summary>Tells by what was thrown.</summary>
internal static class DrainFailure
{
    /// <summary>
    /// SQLSTATE's class decides: only what speaks of values (22 data, 23 constraints, 54 a value too large for an index, 21 a row met twice)
    /// is a row's. Of everything else nobody knows, and to park a right callback is worse than to try a wrong one again.
    /// </summary>
    public static FailurePlace PlaceOf(Exception failure) => failure switch
    {
        OperationCanceledException or TimeoutException or System.Transactions.TransactionException or IOException => FailurePlace.Database,
        DbException { IsTransient: true } or DbException { SqlState: null } => FailurePlace.Database,
        DbException database => database.SqlState[..2] switch
        {
            "21" or "22" or "23" or "54" => FailurePlace.Row,
            "08" or "25" or "28" or "3D" or "40" or "53" or "55" or "57" or "58" => FailurePlace.Database,
            _ => FailurePlace.Tables,
        },
        _ => FailurePlace.Row,
    };
}
