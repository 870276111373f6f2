"use strict"

/** Medusa's word for what the checkout is. Money that came is taken at once: there is nothing left to capture. */
function sessionStatus(checkout) {
  switch (checkout.status) {
    case "paid":
      return "captured"
    case "pending":
      return "pending"
    // Expired too: its prompt is over, and the shopper begins anew. Money that comes later still counts.
    case "expired":
    case "cancelled":
      return "canceled"
    // Open, or its last prompt failed: the shopper has something to do.
    default:
      return "requires_more"
  }
}

/**
 * What Medusa keeps with the session, and what a storefront shows. Of `kept`, what Medusa had, only what cannot be read again is taken over:
 * a browser may have put anything beside it.
 */
function sessionData(checkout, kept, options) {
  const base = (options.publicUrl ?? options.url).replace(/\/+$/, "")
  const isOver = checkout.status === "paid"
  return {
    id: checkout.id,
    session_id: kept.session_id,
    status: checkout.status,
    amount: checkout.amount,
    amount_due: checkout.amountDue,
    amount_paid: checkout.amountPaid,
    currency: checkout.currency,
    account: checkout.account,
    paybill: options.paybill ?? null,
    checkout_url: `${base}/api/checkouts/${checkout.id}`,
    // Once paid, their work is done, and a payment's data is shown to more people than a session's.
    client_secret: isOver ? null : checkout.clientSecret ?? kept.client_secret ?? null,
    pay_url: isOver ? null : checkout.payUrl ?? kept.pay_url ?? null,
    phone: isOver ? null : kept.phone ?? null,
    expires_at: checkout.expiresAt,
    failure: checkout.failure && { code: checkout.failure.code, message: checkout.failure.message, retryable: checkout.failure.retryable },
    receipt: checkout.payment?.receipt ?? null,
    late: checkout.late,
    refunds: kept.refunds ?? [],
  }
}

/** A refund that is not one any more, or never was: what it had reserved of the receipt is free. */
function isReleased(refund) {
  return refund.status === "failed" || refund.status === "cancelled"
}

/** What of the shopper's money is still here and pays for the cart. Of a checkout that is not paid, what goes back no longer counts anyway. */
function held(checkout) {
  const returned = checkout.refunds.filter((refund) => !isReleased(refund)).reduce((sum, refund) => sum + refund.amount, 0)
  return checkout.status === "paid" ? Math.max(0, checkout.amountPaid - returned) : checkout.amountPaid
}

module.exports = { held, isReleased, sessionStatus, sessionData }
