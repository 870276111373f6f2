// npm test: a real Medusa with the packed provider, the real service with its simulator, a real PostgreSQL; all cases; everything ended.
//   MEDUSA_TREE   a folder for Medusa's 1,000 packages that is kept: the next run starts a minute sooner
//   The arguments are passed on to node --test: npm test -- --test-name-pattern=Refunds
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { createDatabase, installMedusa, startMedusa } from "./support/medusa.mjs"
import { freePort, stopAll } from "./support/processes.mjs"
import { startRelay } from "./support/relay.mjs"
import { seed } from "./support/seed.mjs"
import { connectShop, startStack } from "./support/stack.mjs"

const provider = resolve(dirname(fileURLToPath(import.meta.url)), "..")
const root = resolve(provider, "../..")
const began = Date.now()
const work = await mkdtemp(join(tmpdir(), "medusa-"))
const log = join(work, "log")
const medusaLog = join(work, "medusa.log")

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => end(1))
}

let relay
let code = 1
try {
  code = await runAll()
} catch (error) {
  console.error(error.message)
}
await end(code)

async function runAll() {
  const tree = resolve(process.env.MEDUSA_TREE ?? join(work, "shop"))
  const port = await freePort()
  const [stack] = await Promise.all([startStack(root, join(work, "local"), log), installMedusa(tree, provider, log)])
  told("Medusa is installed, the service runs")

  relay = await startRelay(`http://127.0.0.1:${port}`)
  const { apiKey, webhookSecret } = await connectShop(stack, `${relay.url}/hooks/payment/mpesa_mpesa`)
  const settings = {
    DATABASE_URL: await createDatabase(tree, stack.database, "shop"),
    PAYMENTS_URL: stack.url,
    PAYMENTS_API_KEY: apiKey,
    PAYMENTS_WEBHOOK_SECRET: webhookSecret,
  }
  const medusa = await startMedusa(tree, port, settings, medusaLog)
  const seeded = await seed(medusa.url, medusa.email, medusa.password)
  told("Medusa runs")

  const environment = join(work, "environment.json")
  await writeFile(environment, JSON.stringify({
    tree, medusaLog, seeded, medusa: medusa.url, relay: relay.url, service: stack.url, simulator: stack.simulator, operatorKey: stack.operatorKey,
    options: { url: stack.url, apiKey, webhookSecret }, settings: { NODE_ENV: "production", MEDUSA_DISABLE_TELEMETRY: "true", ...settings },
  }))
  const failed = await cases(environment)
  told("the cases ended")
  if (failed) {
    console.error(`Medusa's last words:\n${(await readFile(medusaLog, "utf8")).slice(-4000)}`)
  }
  return failed ? 1 : 0
}

function cases(environment) {
  const files = ["options", "paying", "sessions", "refunds", "webhooks"].map((name) => join(provider, `test/cases/${name}.test.mjs`))
  const child = spawn(process.execPath, ["--test", "--test-concurrency=5", "--test-reporter=spec", ...process.argv.slice(2), ...files], {
    stdio: "inherit",
    env: { ...process.env, MEDUSA_TEST_ENVIRONMENT: environment },
  })
  return new Promise((done) => child.on("exit", (exit) => done(exit !== 0)))
}

function told(what) {
  console.log(`${((Date.now() - began) / 1000).toFixed(0)} s: ${what}`)
}

async function end(exit) {
  await stopAll()
  relay?.stop()
  await rm(work, { recursive: true, force: true })
  process.exit(exit)
}
