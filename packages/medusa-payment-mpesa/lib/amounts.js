"use strict"

const { BigNumber, MedusaError } = require("@medusajs/framework/utils")

/**
 * Medusa's amount in whole shillings. M-PESA asks for whole shillings only, and an amount that is rounded here would
 * not be the cart's any more: such an amount is refused.
 */
function wholeShillings(amount, currency) {
  if (String(currency).toLowerCase() !== "kes") {
    throw refused(`M-PESA takes Kenyan shillings (kes), not ${currency}.`)
  }
  const shillings = toNumber(amount)
  if (!Number.isInteger(shillings)) {
    throw refused(`M-PESA takes whole shillings: KES ${shillings} cannot be asked for. See "Cents" in medusa-payment-mpesa's README.`)
  }
  if (shillings < 1 || shillings > 250000) {
    throw refused(`M-PESA takes KES 1 to 250,000 at once, not ${shillings}.`)
  }
  return shillings
}

/** Medusa hands amounts over as numbers, texts or objects with `value`. */
function toNumber(amount) {
  return new BigNumber(amount).numeric
}

function refused(message) {
  return new MedusaError(MedusaError.Types.INVALID_DATA, message)
}

module.exports = { wholeShillings, toNumber }
