import { createServer } from "node:http"
import { client } from "./http.mjs"

/**
 * What stands between the service and Medusa's webhook address. It passes everything on as it came, remembers what it saw, and can lose what
 * comes for a checkout while it says 200: just as Medusa does when it restarts before it has handled a webhook.
 */
export async function startRelay(target) {
  const seen = []
  const lost = new Set()
  const server = createServer(async (request, response) => {
    if (request.url === "/relay/seen") {
      response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(seen))
      return
    }
    if (request.url.startsWith("/relay/lose/")) {
      lost.add(request.url.slice("/relay/lose/".length))
      response.writeHead(204).end()
      return
    }
    const chunks = []
    for await (const chunk of request) {
      chunks.push(chunk)
    }
    const body = Buffer.concat(chunks)
    const event = JSON.parse(body)
    seen.push({ id: request.headers["webhook-id"], type: event.type, checkout: event.data?.id })
    if (lost.has(event.data?.id)) {
      response.writeHead(200).end()
      return
    }
    const { host, connection, "content-length": length, ...headers } = request.headers
    const answer = await fetch(target + request.url, { method: "POST", headers, body }).catch(() => ({ status: 502 }))
    response.writeHead(answer.status).end()
  })
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** The relay as the cases, each file a process of its own, see it. */
export function watchRelay(url) {
  const call = client(url)
  return {
    async saw(type, checkout) {
      return (await call("GET", "/relay/seen")).some((event) => event.type === type && event.checkout === checkout)
    },
    lose: (checkout) => call("POST", `/relay/lose/${checkout}`),
  }
}
