import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { openShop } from "../support/environment.mjs"
import { until } from "../support/http.mjs"

const { shop, medusaLog, environment, Provider } = openShop()

describe("Refunds", { concurrency: 3 }, () => {
  it("The whole goes back by reversal, and Medusa and the service agree", async () => {
    const order = await paid("254700015200")
    await shop.refund(order, 1500)
    const after = await shop.fresh(order)
    assert.equal(after.payment_status, "refunded")
    const [kept] = shop.payment(after).data.refunds
    assert.equal(kept.status, "completed")
    assert.equal(kept.method, "reversal")
    const [made] = (await checkoutOf(order)).refunds
    assert.equal(made.id, kept.id)
    assert.equal(made.reason, `Refund ${shop.payment(after).refunds[0].id}`)
  })

  it("Parts go back to the payer's phone, and never more than was paid", async () => {
    const order = await paid("254700025200")
    await shop.refund(order, 400)
    await shop.refund(order, 100)
    assert.equal((await shop.fresh(order)).payment_status, "partially_refunded")
    const checkout = await checkoutOf(order)
    assert.deepEqual(checkout.refunds.map((refund) => [refund.amount, refund.method, refund.status]), [[400, "b2c", "completed"], [100, "b2c", "completed"]])
    await assert.rejects(shop.refund(order, 1200), (error) => error.status === 400)
    assert.equal((await checkoutOf(order)).refunds.length, 2)
  })

  it("What M-PESA cannot send is refused with the reason, and Medusa keeps no refund", async () => {
    const order = await paid("254700035200")
    await assert.rejects(shop.refund(order, 5), (error) => error.status === 400 && /whole shillings from 10/.test(error.body.message))
    await assert.rejects(shop.refund(order, 20.5), (error) => error.status === 400)
    assert.deepEqual(shop.payment(await shop.fresh(order)).refunds, [])
  })

  it("M-PESA refuses it a second later: Medusa keeps no refund, and it can be made again", async () => {
    const order = await paid("254700045200")
    await shop.simulator("PUT", "/simulator/phones/254700045200", { outcome: "insufficient_funds", times: 1 })
    await assert.rejects(shop.refund(order, 300), (error) => error.status === 400 && /M-PESA refused the refund/.test(error.body.message))
    assert.deepEqual(shop.payment(await shop.fresh(order)).refunds, [])
    await shop.refund(order, 300)
    assert.deepEqual((await checkoutOf(order)).refunds.map((refund) => refund.status), ["failed", "completed"])
  })

  it("A refund that fails after Medusa recorded it is told in the log", async () => {
    const order = await paid("254700055200")
    await shop.simulator("PUT", "/simulator/phones/254700055200", { outcome: "insufficient_funds", times: 1, delayMs: 14000 })
    await shop.refund(order, 300)
    assert.equal(shop.payment(await shop.fresh(order)).data.refunds[0].status, "sent")
    const failed = await until("the refund to fail", async () => (await checkoutOf(order)).refunds.find((refund) => refund.status === "failed"))
    await until("the log to tell", async () => (await medusaLog()).includes(`refund ${failed.id} of KES 300`))
  })

  it("Paid in two parts, the whole goes back receipt by receipt", async () => {
    const cart = await shop.cart()
    const session = await shop.begin(cart)
    await shop.payByHand(session.data.account, 900)
    await shop.payByHand(session.data.account, 600)
    const order = await shop.ordered(cart)
    await shop.refund(order, 1500)
    const { refunds } = await checkoutOf(order)
    assert.deepEqual(refunds.map((refund) => [refund.amount, refund.method]).sort(), [[600, "reversal"], [900, "reversal"]])
  })

  it("A key without the scope payouts cannot refund, and the message says so", async () => {
    const order = await paid("254700065200")
    const { key } = await shop.service("POST", "/api/ops/keys", { client: "medusa", scopes: ["checkouts"] })
    const provider = new Provider({ logger: console }, { ...environment.options, apiKey: key })
    await assert.rejects(
      provider.refundPayment({ amount: 1500, data: shop.payment(order).data, context: { idempotency_key: "ref_without_scope" } }),
      /need an API key of the Payments service with the scope `payouts`.*Nothing was refunded/)
    assert.deepEqual((await checkoutOf(order)).refunds, [])
  })

  it("The goods are gone when the money comes: Medusa makes no order and gives the money back", async () => {
    const carts = [await shop.cart({ product: "last" }), await shop.cart({ product: "last" })]
    const sessions = [await shop.begin(carts[0]), await shop.begin(carts[1])]
    for (const session of sessions) {
      await shop.payByHand(session.data.account, 1000)
    }
    const checkouts = await until("one order, and one refund", async () => {
      const now = await Promise.all(sessions.map((session) => shop.checkout(session)))
      return now.filter((checkout) => checkout.refunds[0]?.status === "completed").length === 1 && now
    }, 60)
    const orders = await Promise.all(carts.map((cart) => shop.order(cart)))
    const [sold] = orders.filter(Boolean)
    assert.equal(orders.filter(Boolean).length, 1)
    assert.equal(checkouts.find((checkout) => checkout.refunds.length === 0).id, shop.payment(sold).data.id)
  })
})

async function paid(phone) {
  const cart = await shop.cart()
  await shop.begin(cart, { phone })
  await shop.placeOrder(cart)
  return shop.ordered(cart)
}

function checkoutOf(order) {
  return shop.service("GET", `/api/checkouts/${shop.payment(order).data.id}`)
}
