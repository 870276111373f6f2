"use strict"

const { setTimeout: pause } = require("node:timers/promises")

// A prompt is answered after 8 s at most, everything else much sooner.
const TIMEOUT_MS = 20000

// A restart of the service takes seconds. Medusa's requests wait as long, so not longer.
const PAUSES_MS = [300, 1000, 3000]

/** The service's answer that was not a success, or no answer at all (`status` 0). */
class ServiceError extends Error {
  constructor(status, problem) {
    // What is wrong with a field says more than that one is wrong.
    super(Object.values(problem.errors ?? {}).flat().join(" ") || problem.detail || `The Payments service answered ${status}.`)
    this.name = "ServiceError"
    this.status = status
    /** The stable code of docs/openapi/v1.json, or `unreachable`. */
    this.code = problem.code
  }

  /** True where nobody can tell whether the request took effect. */
  get isUnclear() {
    return this.status === 0 || this.status >= 500
  }
}

/** The few calls of the Payments service that the provider makes. */
class PaymentsService {
  constructor({ url, apiKey }, { fetch: send = globalThis.fetch, pauses = PAUSES_MS } = {}) {
    this.base = url.replace(/\/+$/, "")
    this.apiKey = apiKey
    this.send = send
    this.pauses = pauses
  }

  createCheckout(body, idempotencyKey) {
    return this.call("POST", "/api/checkouts", { body, idempotencyKey })
  }

  getCheckout(id) {
    return this.call("GET", `/api/checkouts/${encodeURIComponent(id)}`)
  }

  /** One page of checkouts, newest first. */
  listCheckouts(query) {
    return this.call("GET", `/api/checkouts?${new URLSearchParams(query)}`)
  }

  payCheckout(id, phone, idempotencyKey) {
    return this.call("POST", `/api/checkouts/${encodeURIComponent(id)}/pay`, { body: { phone }, idempotencyKey })
  }

  /** Cancelling again gives the same answer, so it needs no key. */
  cancelCheckout(id) {
    return this.call("POST", `/api/checkouts/${encodeURIComponent(id)}/cancel`)
  }

  createRefund(id, body, idempotencyKey) {
    return this.call("POST", `/api/checkouts/${encodeURIComponent(id)}/refunds`, { body, idempotencyKey })
  }

  getRefund(id) {
    return this.call("GET", `/api/refunds/${encodeURIComponent(id)}`)
  }

  /** Sends it, and again where that is safe: every POST here has a key or changes nothing the second time. */
  async call(method, path, { body, idempotencyKey } = {}) {
    for (let attempt = 0; ; attempt++) {
      const { answer, error } = await this.once(method, path, body, idempotencyKey)
      if (!error) {
        return answer
      }
      const again = error.isUnclear || error.code === "idempotency_in_progress"
      if (!again || attempt >= this.pauses.length) {
        throw error
      }
      await pause(this.pauses[attempt])
    }
  }

  async once(method, path, body, idempotencyKey) {
    const headers = { Authorization: `Bearer ${this.apiKey}`, Accept: "application/json" }
    if (body) {
      headers["Content-Type"] = "application/json"
    }
    if (idempotencyKey) {
      headers["Idempotency-Key"] = idempotencyKey
    }
    try {
      const response = await this.send(this.base + path, {
        method,
        headers,
        body: body && JSON.stringify(body),
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      const answer = await response.json().catch(() => ({}))
      return response.ok ? { answer } : { error: new ServiceError(response.status, answer) }
    } catch (cause) {
      const detail = `The Payments service at ${this.base} did not answer: ${cause.cause?.message ?? cause.message}.`
      return { error: new ServiceError(0, { code: "unreachable", detail }) }
    }
  }
}

module.exports = { PaymentsService, ServiceError }
