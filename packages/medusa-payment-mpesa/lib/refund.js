"use strict"

const { setTimeout: pause } = require("node:timers/promises")
const { MedusaError } = require("@medusajs/framework/utils")
const { isReleased } = require("./checkout")
const { ServiceError } = require("./service")

const POLL_MS = 500

/**
 * Gives `amount` back. M-PESA does it later, so the service answers first and tells afterwards; most refusals come within a second or two,
 * and those are worth waiting for: Medusa then keeps no refund that never was.
 * @param key Medusa's id of the refund: the same refund asked for twice is one.
 * @returns what Medusa keeps with the payment.
 */
async function refund({ service, logger, options }, checkout, amount, key) {
  const made = []
  for (const part of split(checkout, amount)) {
    const body = { amount: part.amount, reason: options.refundReason ?? `Refund ${key}`, ...(part.receipt && { receipt: part.receipt }) }
    try {
      const ordered = await service.createRefund(checkout.id, body, `${key}${part.receipt ? `:${part.receipt}` : ""}`)
      made.push(await watch(service, ordered, (options.refundWaitSeconds ?? 10) * 1000))
    } catch (error) {
      throw told(error, made, logger)
    }
    const last = made.at(-1)
    if (isReleased(last)) {
      throw told(new MedusaError(MedusaError.Types.NOT_ALLOWED, `M-PESA refused the refund: ${last.failure?.message ?? last.status}`), made.slice(0, -1), logger)
    }
  }
  return made.map((one) => ({ id: one.id, amount: one.amount, status: one.status, method: one.method, receipt: one.receipt }))
}

/** One payment: one refund, the service knows which. Paid in parts: receipt by receipt, whole ones first, as those can be reversed. */
function split(checkout, amount) {
  if (checkout.payments.length < 2) {
    return [{ amount }]
  }
  const left = checkout.payments
    .map((payment) => ({ receipt: payment.receipt, amount: payment.amount - returned(checkout, payment.receipt), whole: returned(checkout, payment.receipt) === 0 }))
    .filter((payment) => payment.amount > 0)
  const exact = left.find((payment) => payment.whole && payment.amount === amount)
  if (exact) {
    return [{ receipt: exact.receipt, amount }]
  }
  const parts = []
  let rest = amount
  for (const payment of left.sort((a, b) => Number(b.whole) - Number(a.whole) || b.amount - a.amount)) {
    const taken = Math.min(payment.amount, rest)
    if (taken > 0) {
      parts.push({ receipt: payment.receipt, amount: taken })
      rest -= taken
    }
  }
  // What is more than was paid the service refuses, in its own words.
  return rest > 0 ? [{ amount }] : parts
}

function returned(checkout, receipt) {
  return checkout.refunds
    .filter((one) => one.originalReceipt === receipt && !isReleased(one))
    .reduce((sum, one) => sum + one.amount, 0)
}

/** The refund as it is when it ended, or when the time was up: it goes on by itself then. */
async function watch(service, ordered, milliseconds) {
  const until = Date.now() + milliseconds
  let now = ordered
  while (now.status !== "completed" && !isReleased(now) && Date.now() + POLL_MS < until) {
    await pause(POLL_MS)
    // That it was ordered is known; how it goes on can be asked for later.
    now = await service.getRefund(ordered.id).catch(() => now)
  }
  return now
}

function told(error, made, logger) {
  const before = made.length > 0 ? ` KES ${made.reduce((sum, one) => sum + one.amount, 0)} of it did go back (${made.map((one) => one.id).join(", ")}).` : ""
  if (!(error instanceof ServiceError)) {
    return before ? new MedusaError(error.type, error.message + before) : error
  }
  if (error.status === 403) {
    return new MedusaError(
      MedusaError.Types.NOT_ALLOWED,
      "Refunds need an API key of the Payments service with the scope `payouts`; the one in medusa-payment-mpesa's `apiKey` does not have it. Nothing was refunded." + before,
    )
  }
  if (error.isUnclear) {
    logger.error(`medusa-payment-mpesa: a refund was asked for and no answer came (${error.message})`)
    return new MedusaError(
      MedusaError.Types.UNEXPECTED_STATE,
      `No answer to the refund: it may have been made all the same. Look at GET /api/refunds of the Payments service before you refund again. (${error.message})` + before,
    )
  }
  return new MedusaError(MedusaError.Types.INVALID_DATA, error.message + before)
}

module.exports = { refund, split }
