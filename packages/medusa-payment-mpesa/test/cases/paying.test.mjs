import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { assertPaid } from "../support/assertions.mjs"
import { openShop } from "../support/environment.mjs"
import { until } from "../support/http.mjs"

const { shop, relay } = openShop()

describe("Paying", { concurrency: 4 }, () => {
  // The longest first: it takes a minute for a checkout to expire.
  it("Paid late, after the checkout had expired: the order is made", async () => {
    const cart = await shop.cart()
    const session = await shop.begin(cart, { provider: "pp_mpesa_short" })
    await shop.reaches(session, "expired")
    await shop.placeOrder(cart)
    assert.equal((await shop.session(cart))[0].status, "canceled")
    await shop.payByHand(session.data.account, 1500)
    assertPaid(await shop.ordered(cart), 1500)
    assert.equal((await shop.checkout(session)).late, true)
  })

  it("A paid cart becomes an order, once, whoever is first: the browser or the webhook", async () => {
    const cart = await shop.cart()
    const session = await shop.begin(cart, { phone: "0700 010 000" })
    assert.equal(session.status, "requires_more")
    assert.equal(session.data.amount, 1500)
    assert.match(session.data.account, /^\d{8,}$/)
    assert.equal(session.data.paybill, "174379")
    const checkout = await shop.checkout(session)
    assert.equal(checkout.externalId, session.id)
    assert.equal(checkout.attempts.length, 0)

    await shop.placeOrder(cart)
    await until("the browser to see it paid", async () => (await shop.watch(session)).status === "paid")
    const completed = await shop.complete(cart)
    assert.equal(completed.type, "order")

    await until("the webhook to arrive", () => relay.saw("checkout.paid", checkout.id))
    // Medusa handles a webhook five seconds after it came.
    await new Promise((resolve) => setTimeout(resolve, 7000))
    const order = await shop.fresh(completed.order)
    assertPaid(order, 1500)
    assert.equal(order.payment_collections[0].payments[0].data.receipt, (await shop.checkout(session)).payment.receipt)
  })

  it("Two completions at once ring the phone once", async () => {
    const cart = await shop.cart()
    const session = await shop.begin(cart, { phone: "254700027777" })
    await Promise.allSettled([shop.complete(cart), shop.complete(cart)])
    assert.equal((await shop.checkout(session)).attempts.length, 1)
    await shop.simulator("POST", "/simulator/phones/254700027777/answer", { outcome: "paid" })
    assertPaid(await shop.ordered(cart), 1500)
  })

  it("With the browser closed the webhook alone makes the order", async () => {
    const cart = await shop.cart({ quantity: 2 })
    await shop.begin(cart, { phone: "254700030000" })
    await shop.placeOrder(cart)
    assertPaid(await shop.ordered(cart), 2800)
  })

  it("A failed payment says why, and the same session is paid from another phone", async () => {
    const cart = await shop.cart()
    const session = await shop.begin(cart, { phone: "254700040001" })
    await shop.placeOrder(cart)
    const failed = await shop.reaches(session, "failed")
    assert.equal(failed.failure.code, "insufficient_funds")

    // Asking again says the same and rings nobody's phone.
    await shop.placeOrder(cart)
    const [now] = await shop.session(cart)
    assert.equal(now.id, session.id)
    assert.equal(now.status, "requires_more")
    assert.equal(now.data.failure.code, "insufficient_funds")
    assert.equal((await shop.checkout(session)).attempts.length, 1)

    await shop.ring(session, "254700041000")
    assertPaid(await shop.ordered(cart), 1500)
  })

  it("A cancelled payment leaves the cart, and another session pays it", async () => {
    const cart = await shop.cart()
    const first = await shop.begin(cart, { phone: "254700051032" })
    await shop.placeOrder(cart)
    assert.equal((await shop.reaches(first, "failed")).failure.code, "cancelled")
    assert.equal(await shop.order(cart), null)

    const second = await shop.begin(cart, { phone: "254700050000" })
    assert.notEqual(second.id, first.id)
    assert.equal((await shop.checkout(first)).status, "cancelled")
    await shop.placeOrder(cart)
    assertPaid(await shop.ordered(cart), 1500)
  })

  it("An order is paid by hand with the account that the shopper is shown", async () => {
    const cart = await shop.cart()
    const session = await shop.begin(cart)
    await shop.payByHand(session.data.account, 1500)
    assertPaid(await shop.ordered(cart), 1500)
    assert.equal((await shop.checkout(session)).payment.method, "paybill")
  })

  it("Paid by hand in two parts: nothing is shipped for the first", async () => {
    const cart = await shop.cart()
    const session = await shop.begin(cart)
    await shop.payByHand(session.data.account, 600)
    await until("the part to count", async () => (await shop.checkout(session)).amountPaid === 600)
    await until("the webhook of the part", () => relay.saw("checkout.partially_paid", session.data.id))
    await shop.placeOrder(cart)
    assert.equal(await shop.order(cart), null)
    await shop.payByHand(session.data.account, 900)
    assertPaid(await shop.ordered(cart), 1500)
  })

  it("Paid late, after the prompt failed: the order is made", async () => {
    const cart = await shop.cart()
    // M-PESA's callback says unreachable, and a later one says paid.
    const session = await shop.begin(cart, { phone: "254700060909" })
    await shop.placeOrder(cart)
    await until("the webhook of the failure", () => relay.saw("checkout.failed", session.data.id))
    const order = await shop.ordered(cart)
    assertPaid(order, 1500)
    assert.equal(order.payment_collections[0].payments[0].data.late, true)
  })

  it("Cents are refused with the reason, and nothing is left of the session", async () => {
    const cart = await shop.cart({ product: "sweet" })
    await assert.rejects(shop.begin(cart), (error) => error.status === 400 && /whole shillings: KES 200.5 cannot/.test(error.body.message))
    assert.deepEqual(await shop.session(cart), [])
  })

  it("A number that is none is refused when the order is placed", async () => {
    const cart = await shop.cart()
    const session = await shop.begin(cart, { phone: "12345" })
    await assert.rejects(shop.complete(cart), (error) => error.status === 400 && /Kenyan mobile number/.test(error.body.message))
    assert.equal((await shop.checkout(session)).status, "open")
  })
})
