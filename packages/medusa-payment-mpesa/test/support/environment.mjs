import { readFileSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { watchRelay } from "./relay.mjs"
import { Shop } from "./shop.mjs"

/** What test/run.mjs started, for one file of cases. */
export function openShop() {
  const file = process.env.MEDUSA_TEST_ENVIRONMENT
  if (!file) {
    throw new Error("These cases need a running Medusa: npm test")
  }
  const environment = JSON.parse(readFileSync(file, "utf8"))
  // As the shop has them: installed beside Medusa.
  const require = createRequire(`${environment.tree}/`)
  return {
    environment,
    shop: new Shop(environment),
    relay: watchRelay(environment.relay),
    medusaLog: () => readFile(environment.medusaLog, "utf8"),
    Provider: require("./node_modules/medusa-payment-mpesa/lib/provider.js").MpesaProvider,
    Webhook: require("standardwebhooks").Webhook,
  }
}
