"use strict"

const { AbstractPaymentProvider, MedusaError } = require("@medusajs/framework/utils")
const { wholeShillings, toNumber } = require("./amounts")
const { held, sessionData, sessionStatus } = require("./checkout")
const { validateOptions } = require("./options")
const { refund } = require("./refund")
const { PaymentsService, ServiceError } = require("./service")
const { readEvent, actionOf } = require("./webhook")

/**
 * A payment session is a checkout of the Payments service, whose `externalId` is the session's id. Nothing is believed
 * but what the service's API says of the checkout at that moment.
 */
class MpesaProvider extends AbstractPaymentProvider {
  static identifier = "mpesa"

  static validateOptions(options) {
    validateOptions(options)
  }

  constructor(cradle, options) {
    super(cradle, options)
    this.options = options
    this.cradle = cradle
    this.logger = cradle.logger ?? console
    this.service = new PaymentsService(options)
  }

  /** Makes the checkout; no prompt goes out before the shopper asks for it. Medusa's session id makes a second call the same checkout. */
  async initiatePayment({ amount, currency_code, data = {}, context = {} }) {
    const shillings = wholeShillings(amount, currency_code)
    return this.begin(shillings, data, context.idempotency_key ?? data.session_id)
  }

  /** Another amount is another checkout: one that money may still reach is never changed. */
  async updatePayment({ amount, currency_code, data = {} }) {
    const shillings = wholeShillings(amount, currency_code)
    if (shillings === data.amount) {
      return this.read(data)
    }
    await this.giveUp(data)
    return this.begin(shillings, data, `${data.session_id}:after:${data.id}`)
  }

  async begin(shillings, data, idempotencyKey) {
    const checkout = await this.told(() => this.service.createCheckout(
      {
        amount: shillings,
        externalId: data.session_id,
        ...(this.options.description && { description: this.options.description }),
        ...(this.options.expiresInMinutes && { expiresInMinutes: this.options.expiresInMinutes }),
      },
      idempotencyKey,
    ))
    // Everything is named: Medusa lays this over what the browser sent.
    const fresh = { session_id: data.session_id, phone: typeof data.phone === "string" ? data.phone : null }
    return { id: checkout.id, data: sessionData(checkout, fresh, this.options), status: sessionStatus(checkout) }
  }

  /**
   * Medusa asks when the shopper completes the cart, and after the webhook. Where the session has a phone and nothing was tried yet, this
   * is the moment the phone rings.
   */
  async authorizePayment({ data = {} }) {
    let checkout = await this.checkoutOf(data)
    if (checkout.status === "open" && checkout.attempts.length === 0 && data.phone) {
      // Two completions at once share the key, and the phone rings once.
      checkout = await this.told(() => this.service.payCheckout(checkout.id, data.phone, `${data.session_id}:pay:${checkout.id}`))
    }
    return { data: sessionData(checkout, data, this.options), status: sessionStatus(checkout) }
  }

  async getPaymentStatus({ data = {} }) {
    return this.read(data)
  }

  async retrievePayment({ data = {} }) {
    return { data: (await this.read(data)).data }
  }

  /** M-PESA takes the money with the shopper's PIN. Captured is what is paid; anything else cannot be made so from here. */
  async capturePayment({ data = {} }) {
    const { status, data: fresh } = await this.read(data)
    if (status !== "captured") {
      throw new MedusaError(MedusaError.Types.NOT_ALLOWED, `M-PESA payment ${data.id} is not paid (${fresh.status}): the shopper pays it, a shop cannot take it.`)
    }
    return { data: fresh }
  }

  async refundPayment({ amount, data = {}, context = {} }) {
    const checkout = await this.checkoutOf(data)
    const refunds = await refund(
      { service: this.service, logger: this.logger, options: this.options }, checkout, toNumber(amount), context.idempotency_key,
    )
    const kept = sessionData(checkout, data, this.options)
    return { data: { ...kept, refunds: [...kept.refunds, ...refunds] } }
  }

  /** Medusa cancels a payment it no longer wants. Money that came is given back by a refund, never by this. */
  async cancelPayment({ data = {} }) {
    return { data: await this.giveUp(data) }
  }

  /**
   * Medusa deletes a session when the shopper begins another, or the cart's total changes. Refused while money is on its way or has come:
   * the session is what the money finds its cart by.
   */
  async deletePayment({ data = {} }) {
    return { data: await this.giveUp(data) }
  }

  async getWebhookActionAndData({ rawData, headers }) {
    const event = readEvent(rawData, headers, this.options.webhookSecret)
    return actionOf(event, { service: this.service, logger: this.logger, sessions: () => this.sessions() })
  }

  /** Medusa's own sessions; null where this version of the module keeps them elsewhere. */
  sessions() {
    try {
      return this.cradle.paymentSessionService ?? null
    } catch {
      return null
    }
  }

  async read(data) {
    const checkout = await this.checkoutOf(data)
    return { data: sessionData(checkout, data, this.options), status: sessionStatus(checkout) }
  }

  /** The session's own checkout: what a browser put into the data names nobody else's. */
  async checkoutOf(data) {
    if (!data.id) {
      throw new MedusaError(MedusaError.Types.INVALID_DATA, "This payment session has no M-PESA checkout; begin another.")
    }
    const checkout = await this.told(() => this.service.getCheckout(data.id))
    if (checkout.externalId !== data.session_id) {
      throw new MedusaError(MedusaError.Types.INVALID_DATA, `Checkout ${data.id} is not of payment session ${data.session_id}.`)
    }
    return checkout
  }

  async giveUp(data) {
    if (!data.id) {
      // The checkout was never made.
      return data
    }
    const checkout = await this.checkoutOf(data)
    if (held(checkout) > 0) {
      throw this.keep(data, `KES ${held(checkout)} was paid for it (account ${checkout.account}). Complete the cart, or refund it`)
    }
    if (["paid", "expired", "cancelled"].includes(checkout.status)) {
      return sessionData(checkout, data, this.options)
    }
    try {
      return sessionData(await this.service.cancelCheckout(checkout.id), data, this.options)
    } catch (error) {
      switch (error.code) {
        case "checkout_expired":
          return sessionData(await this.told(() => this.service.getCheckout(checkout.id)), data, this.options)
        case "attempt_in_progress":
          throw this.keep(data, "the shopper's phone is ringing. Wait until that prompt has ended, three minutes at most")
        case "already_paid":
          throw this.keep(data, "it was paid this moment. Complete the cart, or refund it")
        default:
          throw this.explained(error)
      }
    }
  }

  keep(data, why) {
    return new MedusaError(MedusaError.Types.NOT_ALLOWED, `M-PESA payment session ${data.session_id} stays: ${why}.`)
  }

  /** Calls the service; what it answers is told to Medusa's caller in Medusa's words. */
  async told(call) {
    try {
      return await call()
    } catch (error) {
      throw this.explained(error)
    }
  }

  explained(error) {
    if (!(error instanceof ServiceError)) {
      return error
    }
    if (error.status === 401 || error.status === 403) {
      // The shopper can do nothing about it, whoever runs the shop can.
      this.logger.error(`medusa-payment-mpesa: the Payments service refuses \`apiKey\` (${error.status} ${error.code}): ${error.message}`)
    }
    const type = error.isUnclear || error.status === 401 || error.status === 403 ? MedusaError.Types.UNEXPECTED_STATE : MedusaError.Types.INVALID_DATA
    return new MedusaError(type, error.message, error.code)
  }
}

module.exports = { MpesaProvider }
