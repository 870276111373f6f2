"use strict"

const { ContainerRegistrationKeys, Modules } = require("@medusajs/framework/utils")
const { held } = require("./lib/checkout")
const { PaymentsService } = require("./lib/service")

// By its id, as Medusa's own webhook subscriber runs it.
const PROCESS_PAYMENT = "process-payment-workflow"

const PAGE = 100

// What is younger may still be in the hands of Medusa's webhook, which it handles after five seconds.
const SETTLING_MS = 30000

/**
 * A Medusa job that finds what is paid at the service and has no order in Medusa. Medusa answers a webhook before it has handled it; what it
 * forgets in between (a restart, or an error, with the event bus that keeps events in memory) is told by nobody again.
 * @param options `url` and `apiKey` of the service; `days` to look back (2).
 */
function catchUp(options) {
  const service = new PaymentsService(options)
  const days = options.days ?? 2

  return async function catchUpJob(container) {
    const logger = container.resolve(ContainerRegistrationKeys.LOGGER)
    const workflows = container.resolve(Modules.WORKFLOW_ENGINE)
    for await (const paid of paidCheckouts(service, days)) {
      for (const checkout of await withoutOrder(container, paid)) {
        logger.warn(`medusa-payment-mpesa: checkout ${checkout.id} is paid and has no order; its webhook was lost. Completing ${checkout.externalId}.`)
        const input = { action: "captured", data: { session_id: checkout.externalId, amount: checkout.amount } }
        await workflows.run(PROCESS_PAYMENT, { input }).catch((error) => logger.error(`medusa-payment-mpesa: ${checkout.externalId} could not be completed: ${error.message}`))
      }
    }
  }
}

/** Pages of what is paid, newest first, and was made within the last days: only sessions of Medusa's, only where the money is still here. */
async function* paidCheckouts(service, days) {
  const from = new Date(Date.now() - days * 24 * 60 * 60 * 1000).toISOString()
  let cursor
  do {
    const page = await service.listCheckouts({ status: "paid", from, limit: PAGE, ...(cursor && { cursor }) })
    yield page.items.filter((one) => one.externalId?.startsWith("payses_") && held(one) > 0 && Date.now() - Date.parse(one.updatedAt) > SETTLING_MS)
    cursor = page.nextCursor
  } while (cursor)
}

/** Those whose session Medusa has, with this checkout, and whose cart has become no order. */
async function withoutOrder(container, checkouts) {
  if (checkouts.length === 0) {
    return []
  }
  const query = container.resolve(ContainerRegistrationKeys.QUERY)
  const { data: sessions } = await query.graph({
    entity: "payment_session",
    fields: ["id", "data", "payment_collection_id"],
    filters: { id: checkouts.map((checkout) => checkout.externalId) },
  })
  if (sessions.length === 0) {
    return []
  }
  const { data: ordered } = await query.graph({
    entity: "order_payment_collection",
    fields: ["payment_collection_id"],
    filters: { payment_collection_id: sessions.map((session) => session.payment_collection_id) },
  })
  const done = new Set(ordered.map((link) => link.payment_collection_id))
  const waiting = new Map(sessions.filter((session) => !done.has(session.payment_collection_id)).map((session) => [session.id, session.data?.id]))
  return checkouts.filter((checkout) => waiting.get(checkout.externalId) === checkout.id)
}

module.exports = { catchUp }
