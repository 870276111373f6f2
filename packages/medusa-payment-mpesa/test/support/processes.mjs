import { spawn } from "node:child_process"
import { createWriteStream } from "node:fs"
import { createServer } from "node:net"

const running = new Set()

/** Starts a program whose output goes to a file; `ended` is its exit code. */
export function start(name, command, args, { log, cwd, env } = {}) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] })
  const file = createWriteStream(log, { flags: "a" })
  let output = ""
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      file.write(chunk)
      output = (output + chunk).slice(-20000)
    })
  }
  const ended = new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message))
    child.on("exit", (code, signal) => resolve(code ?? signal))
  })
  const started = { name, child, ended, output: () => output }
  running.add(started)
  ended.then(() => running.delete(started))
  return started
}

/** Runs a program to its end; anything but 0 is an error with the last it said. */
export async function run(name, command, args, options) {
  const program = start(name, command, args, options)
  const code = await program.ended
  if (code !== 0) {
    throw new Error(`${name} ended with ${code}:\n${program.output().slice(-3000)}`)
  }
  return program.output()
}

/** Waits until the program has said or done what `look` sees. */
export async function ready(program, look, seconds) {
  const end = Date.now() + seconds * 1000
  let over = false
  program.ended.then(() => { over = true })
  while (!(await look(program.output()))) {
    if (over || Date.now() > end) {
      throw new Error(`${program.name} ${over ? "ended" : `was not ready after ${seconds} s`}:\n${program.output().slice(-3000)}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** Ends what is still running, the last started first, and with force what does not go. */
export async function stopAll() {
  for (const program of [...running].reverse()) {
    program.child.kill("SIGTERM")
    const force = setTimeout(() => program.child.kill("SIGKILL"), 35000)
    await program.ended
    clearTimeout(force)
  }
}

export async function freePort() {
  const server = createServer()
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}
