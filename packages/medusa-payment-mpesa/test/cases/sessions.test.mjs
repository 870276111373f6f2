import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { assertPaid } from "../support/assertions.mjs"
import { openShop } from "../support/environment.mjs"
import { until } from "../support/http.mjs"

const { shop, medusaLog, environment, Provider } = openShop()

describe("Several payment sessions of one cart", { concurrency: 4 }, () => {
  // The longest first: it takes a minute for a checkout to expire.
  it("Paid after it had expired and another was begun: told, and no other cart is touched", async () => {
    const cart = await shop.cart()
    const first = await shop.begin(cart, { provider: "pp_mpesa_short" })
    await shop.reaches(first, "expired")
    const second = await shop.begin(cart)
    await shop.payByHand(first.data.account, 1500)
    assert.equal((await shop.reaches(first, "paid")).late, true)
    await until("the shop's log to tell", async () => (await medusaLog()).includes(`KES 1500 came for checkout ${first.data.id}`))
    assert.equal(await shop.order(cart), null)
    assert.deepEqual((await shop.session(cart)).map((session) => session.id), [second.id])
  })

  it("Only the second is paid: the first was cancelled at the service when the second began", async () => {
    const cart = await shop.cart()
    const first = await shop.begin(cart, { phone: "254700015100" })
    const second = await shop.begin(cart, { phone: "254700025100" })
    assert.equal((await shop.checkout(first)).status, "cancelled")
    assert.deepEqual((await shop.session(cart)).map((session) => session.id), [second.id])
    await shop.placeOrder(cart)
    const order = await shop.ordered(cart)
    assertPaid(order, 1500)
    assert.equal(shop.payment(order).data.id, second.data.id)
    assert.equal((await shop.checkout(first)).attempts.length, 0)
  })

  it("While the first one's phone rings no second begins, and the first is paid", async () => {
    const cart = await shop.cart()
    const first = await shop.begin(cart, { phone: "254700037777" })
    await shop.placeOrder(cart)
    await assert.rejects(shop.begin(cart, { phone: "254700035100" }), (error) => /Could not delete all payment sessions/.test(error.body.message))
    assert.deepEqual((await shop.session(cart)).map((session) => session.id), [first.id])
    await until("the log to say why", async () => (await medusaLog()).includes(`${first.id} stays: the shopper's phone is ringing`))

    await shop.simulator("POST", "/simulator/phones/254700037777/answer", { outcome: "paid" })
    const order = await shop.ordered(cart)
    assertPaid(order, 1500)
    assert.equal(shop.payment(order).data.id, first.data.id)
    assert.deepEqual(await checkoutsOf(cart, first), ["paid"])
  })

  it("Once the first is paid no second begins, though Medusa has not heard of it yet", async () => {
    const cart = await shop.cart()
    const first = await shop.begin(cart)
    await shop.payByHand(first.data.account, 1500)
    await shop.reaches(first, "paid")
    await assert.rejects(shop.begin(cart), (error) => /Could not delete all payment sessions/.test(error.body.message))
    const order = await shop.ordered(cart)
    assertPaid(order, 1500)
    assert.equal(shop.payment(order).data.id, first.data.id)
  })

  it("A part has come: no second begins before it is given back or the rest is paid", async () => {
    const cart = await shop.cart()
    const first = await shop.begin(cart)
    await shop.payByHand(first.data.account, 500)
    await until("the part to count", async () => (await shop.checkout(first)).amountPaid === 500)
    await assert.rejects(shop.begin(cart))
    await shop.ring(first, "254700045100")
    assertPaid(await shop.ordered(cart), 1500)
  })

  it("The first is paid by hand after the second began: the money is kept, told, and goes back with one call", async () => {
    const cart = await shop.cart()
    const first = await shop.begin(cart)
    const second = await shop.begin(cart)
    await shop.payByHand(first.data.account, 1500)
    const kept = await until("the money to be seen", async () => {
      const checkout = await shop.checkout(first)
      return checkout.surplus === 1500 && checkout
    })
    assert.equal(kept.status, "cancelled")
    await until("the shop's log to tell", async () => (await medusaLog()).includes(`KES 1500 came for checkout ${first.data.id}`))
    assert.equal(await shop.order(cart), null)

    await shop.service("POST", `/api/checkouts/${first.data.id}/refunds`, { reason: "Paid after another was begun" }, { "Idempotency-Key": first.id })
    await until("it to be back", async () => (await shop.checkout(first)).refunds[0].status === "completed")
    assert.equal((await shop.checkout(first)).surplus, 0)

    // The second is as good as before.
    await shop.payByHand(second.data.account, 1500)
    const order = await shop.ordered(cart)
    assertPaid(order, 1500)
    assert.equal(shop.payment(order).data.id, second.data.id)
  })

  it("While money is on its way the cart cannot change, and what was ordered is what is paid", async () => {
    const cart = await shop.cart()
    const first = await shop.begin(cart, { phone: "254700067777" })
    await shop.placeOrder(cart)
    await assert.rejects(shop.store("POST", `/store/carts/${cart.id}/line-items/${cart.item}`, { quantity: 2 }))
    const { cart: now } = await shop.store("GET", `/store/carts/${cart.id}?fields=total`)
    assert.equal(now.total, 1500)
    await shop.simulator("POST", "/simulator/phones/254700067777/answer", { outcome: "paid" })
    const order = await shop.ordered(cart)
    // Its payment_status says partially_captured: Medusa leaves the refused total in the payment collection.
    assert.deepEqual([order.total, order.summary.paid_total, order.summary.pending_difference], [1500, 1500, 0])
    assert.equal(shop.payment(order).data.id, first.data.id)
  })

  it("A session whose amount is changed gets another checkout, and the same again for the amount it had", async () => {
    const provider = new Provider({ logger: console }, environment.options)
    const data = { session_id: `payses_update_${Date.now()}` }
    const first = await provider.initiatePayment({ amount: 100, currency_code: "kes", data })
    const same = await provider.updatePayment({ amount: 100, currency_code: "kes", data: first.data })
    assert.equal(same.data.id, first.data.id)
    const second = await provider.updatePayment({ amount: 200, currency_code: "kes", data: first.data })
    const third = await provider.updatePayment({ amount: 100, currency_code: "kes", data: second.data })
    assert.equal(new Set([first.data.id, second.data.id, third.data.id]).size, 3)
    const statuses = await Promise.all([first, second, third].map(async (session) => (await shop.checkout(session)).status))
    assert.deepEqual(statuses, ["cancelled", "cancelled", "open"])
  })

  it("What a browser puts into a session names nobody else's checkout and survives nowhere", async () => {
    const victim = await shop.begin(await shop.cart())
    const cart = await shop.cart()
    const { payment_collection: collection } = await shop.store("POST", `/store/payment-collections/${cart.collection}/payment-sessions`, {
      provider_id: "pp_mpesa_mpesa", data: { id: victim.data.id, session_id: victim.id, refunds: 5, client_secret: "mine", phone: { $ne: 1 }, amount: 1 },
    })
    const session = collection.payment_sessions.at(-1)
    assert.notEqual(session.data.id, victim.data.id)
    assert.deepEqual([session.data.session_id, session.data.amount, session.data.refunds, session.data.phone], [session.id, 1500, [], null])
    assert.equal((await shop.checkout(session)).externalId, session.id)
    const provider = new Provider({ logger: console }, environment.options)
    await assert.rejects(provider.deletePayment({ data: { ...session.data, id: victim.data.id } }), /is not of payment session/)
    assert.equal((await shop.checkout(victim)).status, "open")
  })

  it("The cart changes: the checkout of the old total is cancelled, the new total is paid", async () => {
    const cart = await shop.cart()
    const first = await shop.begin(cart)
    await shop.store("POST", `/store/carts/${cart.id}/line-items/${cart.item}`, { quantity: 2 })
    assert.equal((await shop.checkout(first)).status, "cancelled")
    const second = await shop.begin(cart, { phone: "254700055100" })
    assert.equal(second.data.amount, 2800)
    await shop.placeOrder(cart)
    assertPaid(await shop.ordered(cart), 2800)
  })
})

/** What became of every checkout of the cart's sessions that was not cancelled. */
async function checkoutsOf(cart, session) {
  const { items } = await shop.service("GET", `/api/checkouts?externalId=${session.id}`)
  return items.map((checkout) => checkout.status)
}
