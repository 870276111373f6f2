import assert from "node:assert/strict"

/** The order is paid with this amount, and once. */
export function assertPaid(order, amount) {
  assert.equal(order.payment_status, "captured")
  assert.equal(order.total, amount)
  assert.equal(order.summary.paid_total, amount)
  assert.equal(order.summary.pending_difference, 0)
  const payments = order.payment_collections.flatMap((collection) => collection.payments)
  assert.equal(payments.length, 1)
  assert.deepEqual(payments[0].captures.map((capture) => capture.amount), [amount])
  assert.equal(payments[0].data.client_secret, null)
}
