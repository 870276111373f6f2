// JSON over HTTP; an answer that is no success is an error with status and body, so that a case can expect it.
export class HttpError extends Error {
  constructor(method, url, status, body) {
    super(`${method} ${url}: ${status} ${JSON.stringify(body).slice(0, 400)}`)
    Object.assign(this, { status, body })
  }
}

export function client(base, headers = {}) {
  return async function call(method, path, body, more = {}) {
    const response = await fetch(base + path, {
      method,
      headers: { ...(body && { "Content-Type": "application/json" }), ...headers, ...more },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(60000),
    })
    const text = await response.text()
    let answer
    try { answer = text ? JSON.parse(text) : null } catch { answer = text }
    if (!response.ok) {
      throw new HttpError(method, base + path, response.status, answer)
    }
    return answer
  }
}

/** What `look` answers, as soon as it is neither null, undefined nor false. */
export async function until(what, look, seconds = 40) {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const found = await look()
    if (found) {
      return found
    }
    if (Date.now() > end) {
      throw new Error(`After ${seconds} s still not: ${what}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}
