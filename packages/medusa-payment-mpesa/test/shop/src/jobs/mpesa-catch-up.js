const { catchUp } = require("medusa-payment-mpesa/catch-up")

module.exports = {
  default: catchUp({ url: process.env.PAYMENTS_URL, apiKey: process.env.PAYMENTS_API_KEY }),
  // Every five minutes is enough in a shop.
  config: { name: "mpesa-catch-up", schedule: "*/10 * * * * *" },
}
