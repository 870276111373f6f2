import assert from "node:assert/strict"
import { describe, it } from "node:test"
import { openShop } from "../support/environment.mjs"
import { freePort, start } from "../support/processes.mjs"
import { until } from "../support/http.mjs"

const { environment, Provider } = openShop()

describe("Options", () => {
  it("Everything that is wrong is said at once", () => {
    const wrong = { url: "pay.example.co.ke", publicUrl: "", apiKey: " ", webhookSecret: "secret", expiresInMinutes: 0, refundWaitSeconds: 1.5 }
    assert.throws(() => Provider.validateOptions(wrong), (error) =>
      ["url", "publicUrl", "apiKey", "webhookSecret", "expiresInMinutes", "refundWaitSeconds"].every((name) => error.message.includes(`\`${name}\``)))
    assert.throws(() => Provider.validateOptions(undefined), /`url` is the address/)
    Provider.validateOptions({ ...environment.options, expiresInMinutes: 10080, refundWaitSeconds: 0 })
  })

  it("Medusa does not start without the webhook's secret, and says what is missing", async () => {
    const medusa = start("Medusa", process.execPath, ["node_modules/@medusajs/cli/cli.js", "start", "--host", "127.0.0.1", "--port", String(await freePort())], {
      cwd: environment.tree, log: `${environment.medusaLog}.options`, env: { ...environment.settings, PAYMENTS_WEBHOOK_SECRET: "" },
    })
    try {
      await until("Medusa to say it", () => medusa.output().includes("`webhookSecret` is the `secret` (whsec_…) that POST /api/webhooks answered"), 60)
      assert.ok(!medusa.output().includes("Server is ready"))
    } finally {
      medusa.child.kill("SIGTERM")
      await medusa.ended
    }
  })
})
