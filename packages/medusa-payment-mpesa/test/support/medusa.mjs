import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { ready, run, start } from "./processes.mjs"

const LOGIN = { email: "admin@shop.test", password: "for-this-test-only" }

/** A Medusa project with the provider installed from its packed file, as npm would publish it. An existing tree is used again. */
export async function installMedusa(tree, provider, log) {
  await mkdir(tree, { recursive: true })
  const packed = JSON.parse(await run("npm pack", "npm", ["pack", "--json", "--pack-destination", tree], { cwd: provider, log }))[0].filename
  await cp(join(provider, "test/shop"), tree, { recursive: true })
  const manifest = JSON.parse(await readFile(join(tree, "package.json"), "utf8"))
  manifest.dependencies["medusa-payment-mpesa"] = `file:${packed}`
  await writeFile(join(tree, "package.json"), JSON.stringify(manifest, null, 2))
  const installed = join(tree, "node_modules/medusa-payment-mpesa")
  if (existsSync(join(tree, "node_modules/@medusajs/medusa"))) {
    await rm(installed, { recursive: true, force: true })
    await mkdir(installed)
    await run("tar", "tar", ["-xzf", packed, "-C", installed, "--strip-components=1"], { cwd: tree, log })
    return
  }
  await run("npm install", "npm", ["install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error"], { cwd: tree, log })
}

/** An empty database beside the stack's, with the name given. */
export async function createDatabase(tree, connection, name) {
  const { Client } = createRequire(`${tree}/`)("pg")
  const client = new Client({ ...connection, database: "postgres" })
  await client.connect()
  await client.query(`CREATE DATABASE ${name}`)
  await client.end()
  return `postgres://${connection.user}:${encodeURIComponent(connection.password)}@${connection.host}:${connection.port}/${name}`
}

/** Makes Medusa's tables and its first user, and starts it. */
export async function startMedusa(tree, port, settings, log) {
  const env = { NODE_ENV: "production", MEDUSA_DISABLE_TELEMETRY: "true", ...settings }
  const medusa = ["node_modules/@medusajs/cli/cli.js"]
  await run("medusa db:migrate", process.execPath, [...medusa, "db:migrate"], { cwd: tree, env, log })
  await run("medusa user", process.execPath, [...medusa, "user", "-e", LOGIN.email, "-p", LOGIN.password], { cwd: tree, env, log })
  const url = `http://127.0.0.1:${port}`
  const program = start("Medusa", process.execPath, [...medusa, "start", "--host", "127.0.0.1", "--port", String(port)], { cwd: tree, env, log })
  await ready(program, () => fetch(`${url}/health`).then((answer) => answer.ok, () => false), 90)
  return { url, ...LOGIN }
}
