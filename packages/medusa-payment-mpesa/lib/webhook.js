"use strict"

const { Webhook } = require("standardwebhooks")
const { ServiceError } = require("./service")

// Medusa's ids of payment sessions begin so; checkouts of other programs with the same key do not.
const SESSION = /^payses_/

const IGNORED = { action: "not_supported" }

/** The event, if it is signed with our secret and not older than five minutes; throws otherwise. */
function readEvent(rawData, headers, secret) {
  if (!rawData) {
    throw new Error("The webhook has no raw body to verify.")
  }
  return new Webhook(secret).verify(typeof rawData === "string" ? rawData : Buffer.from(rawData), headers)
}

/**
 * What Medusa is to do. The event is only a reason to look: what counts is the checkout as the API shows it now, so that an event that is
 * late, repeated or out of order does no harm.
 */
async function actionOf(event, { service, logger, sessions }) {
  if (!event.type.startsWith("checkout.")) {
    tell(event, logger)
    return IGNORED
  }
  const checkout = await find(service, event.data.id)
  if (!checkout || !SESSION.test(checkout.externalId ?? "")) {
    return IGNORED
  }
  if (!(await isKnown(checkout, sessions()))) {
    if (checkout.status === "paid" || checkout.surplus > 0) {
      logger.error(
        `medusa-payment-mpesa: KES ${checkout.amountPaid + checkout.surplus} came for checkout ${checkout.id} (account ${checkout.account}), whose payment session ` +
        `${checkout.externalId} Medusa no longer has. Match it to another checkout or give it back: see "Money without a session" in the README.`,
      )
    }
    return IGNORED
  }
  return { action: action(checkout), data: { session_id: checkout.externalId, amount: checkout.amount } }
}

function action(checkout) {
  switch (checkout.status) {
    case "paid":
      return "captured"
    case "failed":
      return "failed"
    case "expired":
    case "cancelled":
      return "canceled"
    default:
      return "pending"
  }
}

async function find(service, id) {
  try {
    return await service.getCheckout(id)
  } catch (error) {
    if (error instanceof ServiceError && error.status === 404) {
      return null
    }
    throw error
  }
}

/**
 * Whether Medusa has the session, and with this checkout. Medusa's workflow takes a session that is gone for "any", and would lock some
 * other cart.
 */
async function isKnown(checkout, sessions) {
  if (!sessions) {
    return true
  }
  const [session] = await sessions.list({ id: [checkout.externalId] }, { select: ["id", "data"] })
  return session !== undefined && session.data?.id === checkout.id
}

/** Medusa has no action for a refund that failed after all; its people have to hear of it. */
function tell(event, logger) {
  if (event.type === "refund.failed") {
    const { id, amount, checkoutId, failure } = event.data
    logger.error(
      `medusa-payment-mpesa: refund ${id} of KES ${amount} for checkout ${checkoutId} failed (${failure?.message ?? "no reason given"}). ` +
      "Medusa has recorded it as made: refund it again, or pay the customer another way.",
    )
  }
}

module.exports = { readEvent, actionOf }
