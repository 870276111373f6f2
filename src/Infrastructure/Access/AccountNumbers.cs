using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Payments.Application.Checkouts;
using Payments.Domain.Checkouts;

namespace Payments.Infrastructure.Access;

/// <summary>
/// An HMAC under the deployment's first secret. Another secret makes other numbers: what is lost by that is only that an order made again after a
/// restore has another account than before.
/// </summary>
public sealed class AccountNumbers(byte[] secret) : IAccountNumbers
{
    public Account Draw(string name, int candidate)
    {
        // The purpose in front keeps these apart from what else is made with the same secret. Of 64 bits, what is left over by the division shows nothing.
        var mac = HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"account\n{candidate}\n{name}")));
        return Account.Make(candidate, BinaryPrimitives.ReadUInt64BigEndian(mac));
    }
}
