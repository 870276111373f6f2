"use strict"

const { MedusaError } = require("@medusajs/framework/utils")

// The service's own bounds (POST /api/checkouts).
const MAX_EXPIRY_MINUTES = 10080

/** What is wrong with the provider's options, each in a sentence; empty when nothing is. */
function problems(options = {}) {
  const found = []
  if (!isAddress(options.url)) {
    found.push("`url` is the address of the Payments service, such as https://pay.example.co.ke")
  }
  if (options.publicUrl !== undefined && !isAddress(options.publicUrl)) {
    found.push("`publicUrl` is the address at which browsers reach the Payments service; leave it out where it is `url`")
  }
  if (!isText(options.apiKey)) {
    found.push("`apiKey` is a key of the Payments service with the scope `checkouts`, and `payouts` for refunds")
  }
  if (!isText(options.webhookSecret) || !options.webhookSecret.startsWith("whsec_")) {
    found.push("`webhookSecret` is the `secret` (whsec_…) that POST /api/webhooks answered")
  }
  for (const [name, least, most] of [["expiresInMinutes", 1, MAX_EXPIRY_MINUTES], ["refundWaitSeconds", 0, 60]]) {
    const value = options[name]
    if (value !== undefined && !(Number.isInteger(value) && value >= least && value <= most)) {
      found.push(`\`${name}\` is a whole number from ${least} to ${most}`)
    }
  }
  return found
}

/** Throws one error that names every option that is wrong. */
function validateOptions(options) {
  const found = problems(options)
  if (found.length > 0) {
    throw new MedusaError(MedusaError.Types.INVALID_ARGUMENT, `medusa-payment-mpesa cannot start: ${found.join("; ")}.`)
  }
}

function isText(value) {
  return typeof value === "string" && value.trim() !== ""
}

function isAddress(value) {
  return isText(value) && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
}

module.exports = { validateOptions, problems }
