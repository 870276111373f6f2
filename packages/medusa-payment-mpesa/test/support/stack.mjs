import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { client } from "./http.mjs"
import { freePort, ready, start } from "./processes.mjs"

// The laptop stack's key, with every scope: the operator's in these cases.
const OPERATOR = "sk_local_all"

/** The service with its PostgreSQL and its simulator, built first where that has not been done. */
export async function startStack(root, local, log) {
  const ports = { api: await freePort(), simulator: await freePort() }
  const program = start("The stack", "dotnet",
    ["run", "--project", "build", "--", "--api-port", String(ports.api), "--simulator-port", String(ports.simulator)],
    // MSBuild's nodes would outlive the run.
    { cwd: root, env: { PAYMENTS_LOCAL: local, MSBUILDDISABLENODEREUSE: "1", DOTNET_CLI_USE_MSBUILD_SERVER: "0" }, log })
  await ready(program, (output) => /^Ready: /m.test(output), 300)
  const { ApiEnvironment: settings } = JSON.parse(await readFile(join(local, "stack.json"), "utf8"))
  const parts = Object.fromEntries(settings.ConnectionStrings__Payments.split(";").map((part) => part.split("=", 2)))
  return {
    url: `http://localhost:${ports.api}`,
    simulator: `http://localhost:${ports.simulator}`,
    operatorKey: OPERATOR,
    database: { host: parts.Host, port: Number(parts.Port), user: parts.Username, password: parts.Password },
  }
}

/** A key as a shop has it, and its webhook, as the README makes them. Both are told here and never again. */
export async function connectShop(stack, webhookUrl) {
  const { key: apiKey } = await client(stack.url, { Authorization: `Bearer ${stack.operatorKey}` })("POST", "/api/ops/keys", { client: "medusa", scopes: ["checkouts", "payouts"] })
  const { secret: webhookSecret } = await client(stack.url, { Authorization: `Bearer ${apiKey}` })("POST", "/api/webhooks", { url: webhookUrl })
  return { apiKey, webhookSecret }
}
