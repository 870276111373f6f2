import { PaymentsError, problemOf } from './errors.js';

/**
 * @typedef {object} PaymentsOptions
 * @property {string} baseUrl The service's address: `https://pay.example.co.ke`, on a laptop `http://localhost:5080`.
 * @property {string} key The shop's key, `sk_…`. From the environment, never in the code, and never in a browser.
 * @property {number} [timeoutMs] How long one try may take; 30000.
 * @property {number} [retries] How often a call is tried again, at most; 3.
 * @property {number} [longestWaitMs] The longest wait before a further try; 10000. Where the service asks for more, the call ends with its error at once.
 */

/**
 * @typedef {object} CallOptions
 * @property {AbortSignal} [signal] Ends the waiting, not what the service began.
 */

/** @typedef {CallOptions & { idempotencyKey?: string }} PostOptions Give your own key (your order's or refund's id): then a call made again after your process died is the same call. */

/** Before the first further try at most; twice that before the next, and so on. */
const FIRST_WAIT_MS = 500;

/** Answers that came from something on the way, or that say themselves that later is better. */
const PASSING = [408, 429, 502, 503, 504];

/**
 * Sends a call and reads its answer. A POST has one Idempotency-Key over all its tries, so a try whose answer was lost is not done twice; what is not done
 * for a reason that passes is tried again, a small number of times.
 */
export class Sender {
  #root;
  #options;

  /** @param {PaymentsOptions} options */
  constructor(options) {
    const { baseUrl, key } = options;
    if (!URL.canParse(baseUrl) || !/^https?:$/.test(new URL(baseUrl).protocol)) {
      throw new TypeError(`baseUrl is not the address of a Payments service, such as https://pay.example.co.ke: ${baseUrl}`);
    }
    if (typeof key !== 'string' || !/^[!-~]+$/.test(key)) throw new TypeError('key is missing or no key: it looks like sk_… and has no spaces');
    this.#root = baseUrl.replace(/\/+$/, '');
    this.#options = { timeoutMs: 30_000, retries: 3, longestWaitMs: 10_000, ...options };
  }

  /**
   * @template T
   * @param {string} path
   * @param {object} [query]
   * @param {CallOptions} [options]
   * @returns {Promise<T>}
   */
  get(path, query, options) {
    const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null);
    return this.#send(given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path, { method: 'GET' }, options);
  }

  /**
   * @template T
   * @param {string} path
   * @param {object} [body]
   * @param {PostOptions} [options]
   * @returns {Promise<T>}
   */
  async post(path, body, options) {
    const key = options?.idempotencyKey ?? crypto.randomUUID();
    if (!/^[!-~]([ -~]{0,253}[!-~])?$/.test(key)) throw new TypeError('An idempotencyKey has 1 to 255 printable ASCII characters and no space at its ends.');
    try {
      return await this.send('POST', path, body, options, { 'idempotency-key': key });
    } catch (error) {
      if (error instanceof PaymentsError) error.idempotencyKey = key;
      throw error;
    }
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @param {CallOptions} [options]
   * @param {Record<string, string>} [headers]
   */
  send(method, path, body, options, headers) {
    const request = body ? { method, body: JSON.stringify(body), headers: { ...headers, 'content-type': 'application/json' } } : { method, headers };
    return this.#send(path, request, options);
  }

  /**
   * One try: the answer as it comes.
   * @param {string} path
   * @param {RequestInit} request
   * @param {AbortSignal} [signal]
   */
  fetch(path, request, signal) {
    // A redirect would turn a POST into a GET or take the key elsewhere.
    return fetch(this.#root + path, { redirect: 'manual', ...request, signal, headers: { authorization: `Bearer ${this.#options.key}`, ...request.headers } });
  }

  /** @param {AbortSignal} [signal] */
  limited(signal) {
    const limit = AbortSignal.timeout(this.#options.timeoutMs);
    return signal ? AbortSignal.any([signal, limit]) : limit;
  }

  /**
   * Waits before a further try; throws the error where none is worth it any more.
   * @param {PaymentsError} error
   * @param {number} tried
   * @param {string | null | undefined} retryAfter
   * @param {AbortSignal} [signal]
   */
  async wait(error, tried, retryAfter, signal) {
    const { retries, longestWaitMs } = this.#options;
    const passes = error.code === 'no_answer' || PASSING.includes(error.status ?? 0) || error.code === 'idempotency_in_progress';
    const asked = retryAfter ? (/^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now()) : 0;
    if (!passes || tried >= retries || asked > longestWaitMs) throw error;
    // By chance, so that many shops do not come back at once.
    const chance = Math.min(longestWaitMs, FIRST_WAIT_MS * 2 ** tried) * (0.5 + Math.random() / 2);
    const pause = asked > 0 ? Math.min(longestWaitMs, asked + chance / 5) : chance;
    await new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, pause);
      signal?.addEventListener('abort', () => (clearTimeout(timer), reject(signal.reason)), { once: true });
    });
  }

  /**
   * No answer, in words; what the caller ended goes on as it is.
   * @param {unknown} lost
   * @param {AbortSignal} [signal]
   */
  noAnswer(lost, signal) {
    if (signal?.aborted) throw lost;
    const why = lost instanceof Error ? (lost.cause instanceof Error ? lost.cause.message : lost.message) : String(lost);
    return new PaymentsError(`${this.#root} gave no answer: ${why}`, { code: 'no_answer', cause: lost });
  }

  /**
   * @param {string} path
   * @param {RequestInit} request
   * @param {CallOptions} [options]
   */
  async #send(path, request, { signal } = {}) {
    for (let tried = 0; ; tried++) {
      const { answer, error, retryAfter } = await this.#try(path, request, signal);
      if (!error) return answer;
      await this.wait(error, tried, retryAfter, signal);
    }
  }

  /**
   * @param {string} path
   * @param {RequestInit} request
   * @param {AbortSignal} [signal]
   */
  async #try(path, request, signal) {
    let text, response;
    try {
      response = await this.fetch(path, request, this.limited(signal));
      if (!response.ok) return { error: await problemOf(response), retryAfter: response.headers.get('retry-after') };
      text = await response.text();
    } catch (lost) {
      return { error: this.noAnswer(lost, signal) };
    }
    try {
      const answer = JSON.parse(text);
      if (answer) return { answer };
    } catch {
      // No JSON: not the service's.
    }
    throw new PaymentsError(`${response.url} answered something that is none of the service's answers.`, { code: 'unexpected_answer', status: response.status });
  }
}
