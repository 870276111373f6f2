import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { assertPaid } from "../support/assertions.mjs"
import { openShop } from "../support/environment.mjs"
import { until } from "../support/http.mjs"

const { shop, relay, medusaLog, environment, Provider, Webhook } = openShop()

describe("Webhooks", { concurrency: 4 }, () => {
  it("What is not signed with the secret changes nothing, and the log says so", async () => {
    const cart = await shop.cart()
    const session = await shop.begin(cart)
    const before = (await medusaLog()).split("No matching signature").length
    await deliver(await body(session, "checkout.paid", { status: "paid" }), new Webhook("whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldA=="))
    await until("the log to say so", async () => (await medusaLog()).split("No matching signature").length > before)
    assert.equal(await shop.order(cart), null)
    assert.equal((await shop.session(cart))[0].status, "requires_more")
  })

  it("A signed body that says paid is not believed: the checkout is read again", async () => {
    const cart = await shop.cart()
    const session = await shop.begin(cart)
    const lie = await body(session, "checkout.paid", { status: "paid", amountPaid: 1500 })
    const event = signed(lie)
    const read = await new Provider({ logger: console }, environment.options).getWebhookActionAndData({ rawData: Buffer.from(lie), headers: event.headers })
    assert.deepEqual(read, { action: "pending", data: { session_id: session.id, amount: 1500 } })
    await deliver(lie)
    await new Promise((resolve) => setTimeout(resolve, 7000))
    assert.equal(await shop.order(cart), null)
    await shop.payByHand(session.data.account, 1500)
    assertPaid(await shop.ordered(cart), 1500)
  })

  it("The same webhook ten times is one order with one payment", async () => {
    const cart = await shop.cart()
    const session = await shop.begin(cart)
    await shop.payByHand(session.data.account, 1500)
    await shop.reaches(session, "paid")
    const again = await body(session, "checkout.paid", {})
    for (let i = 0; i < 10; i++) {
      await deliver(again)
    }
    await shop.ordered(cart)
    await new Promise((resolve) => setTimeout(resolve, 7000))
    assertPaid(await shop.order(cart), 1500)
  })

  it("An event that comes late and out of order is read as what is true now", async () => {
    const cart = await shop.cart()
    const session = await shop.begin(cart, { phone: "254700090001" })
    await shop.placeOrder(cart)
    await shop.reaches(session, "failed")
    const failed = await body(session, "checkout.failed", {})
    await shop.ring(session, "254700091000")
    const order = await shop.ordered(cart)
    await deliver(failed)
    await new Promise((resolve) => setTimeout(resolve, 7000))
    assertPaid(await shop.fresh(order), 1500)
  })

  it("A checkout that is not Medusa's is left alone", async () => {
    const checkout = await shop.service("POST", "/api/checkouts", { amount: 10, externalId: "cart-of-another-program" })
    const provider = new Provider({ logger: console }, environment.options)
    const event = signed(JSON.stringify({ type: "checkout.paid", timestamp: new Date().toISOString(), data: checkout }))
    assert.deepEqual(await provider.getWebhookActionAndData({ rawData: Buffer.from(event.body), headers: event.headers }), { action: "not_supported" })
  })

  it("A webhook that Medusa lost: the catch-up job makes the order", async () => {
    const cart = await shop.cart()
    const session = await shop.begin(cart)
    await relay.lose(session.data.id)
    await shop.payByHand(session.data.account, 1500)
    await until("the webhook to be lost", () => relay.saw("checkout.paid", session.data.id))
    const order = await until("the job to make the order", async () => {
      const made = await shop.order(cart)
      return made?.summary.paid_total > 0 && made
    }, 90)
    assertPaid(order, 1500)
    assert.ok((await medusaLog()).includes(`checkout ${session.data.id} is paid and has no order`))
  })
})

/** An event of this session's checkout, with what somebody would have Medusa believe. */
async function body(session, type, lies) {
  return JSON.stringify({ type, timestamp: new Date().toISOString(), data: { ...(await shop.checkout(session)), ...lies } })
}

function signed(text, webhook = new Webhook(environment.options.webhookSecret)) {
  const id = "evt_test"
  const now = new Date()
  return {
    body: text,
    headers: { "content-type": "application/json", "webhook-id": id, "webhook-timestamp": String(Math.floor(now / 1000)), "webhook-signature": webhook.sign(id, now, text) },
  }
}

async function deliver(text, webhook) {
  const { body: sent, headers } = signed(text, webhook)
  const answer = await fetch(`${environment.medusa}/hooks/payment/mpesa_mpesa`, { method: "POST", headers, body: sent })
  assert.equal(answer.status, 200)
}
