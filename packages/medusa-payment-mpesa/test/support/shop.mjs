import { client, until } from "./http.mjs"
import { PROVIDER } from "./seed.mjs"

const ORDER = "id,payment_status,total,email,*summary,*payment_collections.payments,*payment_collections.payments.captures,*payment_collections.payments.refunds"

let shoppers = 0

/** The shop as its customers, its staff and their phones use it. */
export class Shop {
  constructor({ medusa, service, operatorKey, simulator, seeded }) {
    Object.assign(this, { medusa, serviceUrl: service, seeded })
    this.store = client(medusa, { "x-publishable-api-key": seeded.publishableKey })
    this.admin = client(medusa, { Authorization: `Bearer ${seeded.admin}` })
    this.service = client(service, { Authorization: `Bearer ${operatorKey}` })
    this.simulator = client(simulator)
  }

  /** A cart that only has to be paid: one shirt and delivery, KES 1,500. */
  async cart({ product = "shirt", quantity = 1 } = {}) {
    const email = `shopper-${++shoppers}-${Date.now()}@shop.test`
    const address = { first_name: "Amina", last_name: "Otieno", address_1: "Moi Avenue", city: "Nairobi", country_code: "ke", postal_code: "00100" }
    const items = [{ variant_id: this.seeded.products[product], quantity }]
    const { cart } = await this.store("POST", "/store/carts", { region_id: this.seeded.region, email, items, shipping_address: address, billing_address: address })
    await this.store("POST", `/store/carts/${cart.id}/shipping-methods`, { option_id: this.seeded.delivery })
    const { payment_collection: collection } = await this.store("POST", "/store/payment-collections", { cart_id: cart.id })
    return { id: cart.id, email, collection: collection.id, item: cart.items[0].id }
  }

  /** Begins a payment; the session as the storefront gets it. */
  async begin(cart, { phone, provider = PROVIDER } = {}) {
    const { payment_collection: collection } = await this.store(
      "POST", `/store/payment-collections/${cart.collection}/payment-sessions`, { provider_id: provider, ...(phone && { data: { phone } }) })
    return collection.payment_sessions.at(-1)
  }

  complete(cart) {
    return this.store("POST", `/store/carts/${cart.id}/complete`)
  }

  /** "Place order" with a phone: it rings, and Medusa says that the cart is not paid yet. */
  async placeOrder(cart) {
    const error = await this.complete(cart).then(() => null, (refused) => refused)
    if (!/was not authorized/.test(error?.body?.message)) {
      throw error ?? new Error("The cart was completed without a payment")
    }
  }

  /** The checkout as the shopper's browser sees it. */
  watch(session) {
    return client(this.serviceUrl, { Authorization: `Bearer ${session.data.client_secret}` })("GET", `/api/checkouts/${session.data.id}`)
  }

  ring(session, phone) {
    return client(this.serviceUrl, { Authorization: `Bearer ${session.data.client_secret}` })("POST", `/api/checkouts/${session.data.id}/pay`, { phone })
  }

  checkout(session) {
    return this.service("GET", `/api/checkouts/${session.data.id}`)
  }

  reaches(session, status) {
    return until(`${session.data.id} ${status}`, async () => {
      const checkout = await this.checkout(session)
      return checkout.status === status && checkout
    }, 180)
  }

  payByHand(account, amount) {
    return this.simulator("POST", "/simulator/c2b", { amount, account, msisdn: "254708374149" })
  }

  async session(cart) {
    const { cart: now } = await this.store("GET", `/store/carts/${cart.id}?fields=*payment_collection.payment_sessions`)
    return now.payment_collection.payment_sessions
  }

  /** The order Medusa has made of the cart; null while there is none. Looking completes nothing. */
  async order(cart) {
    const { orders } = await this.admin("GET", `/admin/orders?q=${encodeURIComponent(cart.email)}&fields=${ORDER}`)
    if (orders.length > 1) {
      throw new Error(`${orders.length} orders of one cart`)
    }
    return orders[0] ?? null
  }

  /** Waits for the order, made by nobody but Medusa itself. It is there a moment before its payment is booked. */
  ordered(cart) {
    return until(`a paid order of ${cart.id}`, async () => {
      const order = await this.order(cart)
      return order?.summary.paid_total > 0 && order
    }, 60)
  }

  payment(order) {
    return order.payment_collections[0].payments[0]
  }

  refund(order, amount) {
    return this.admin("POST", `/admin/payments/${this.payment(order).id}/refund`, { amount })
  }

  fresh(order) {
    return this.admin("GET", `/admin/orders/${order.id}?fields=${ORDER}`).then((answer) => answer.order)
  }
}
