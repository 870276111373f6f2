const { defineConfig } = require("@medusajs/framework/utils")

const mpesa = {
  url: process.env.PAYMENTS_URL,
  apiKey: process.env.PAYMENTS_API_KEY,
  webhookSecret: process.env.PAYMENTS_WEBHOOK_SECRET,
  paybill: "174379",
}

module.exports = defineConfig({
  admin: { disable: true },
  projectConfig: {
    databaseUrl: process.env.DATABASE_URL,
    databaseDriverOptions: { connection: { ssl: false } },
    http: { storeCors: "http://localhost:8000", adminCors: "http://localhost:9000", authCors: "http://localhost:9000", jwtSecret: "test", cookieSecret: "test" },
  },
  modules: [
    {
      resolve: "@medusajs/medusa/payment",
      options: {
        providers: [
          { resolve: "medusa-payment-mpesa", id: "mpesa", options: mpesa },
          { resolve: "medusa-payment-mpesa", id: "short", options: { ...mpesa, expiresInMinutes: 1 } },
        ],
      },
    },
  ],
})
