/** @typedef {import('../types/v1.js').components['schemas']['Problem']} Problem */

/** A call that was not done, or whose answer did not come: look at `code`. */
export class PaymentsError extends Error {
  /**
   * @param {string} message
   * @param {Partial<Omit<Problem, 'code'>> & { code: Problem['code'] | 'no_answer' | 'unexpected_answer', cause?: unknown }} facts
   */
  constructor(message, { code, cause, ...facts }) {
    super(message, { cause });
    this.name = 'PaymentsError';
    /**
     * What to go by: a code of the API's (later versions may have more), `no_answer` (no answer came, however often it was tried: nobody knows whether the
     * call was done) or `unexpected_answer` (what answered is not the service).
     */
    this.code = code;
    /** The HTTP status; undefined when no answer came. */
    this.status = facts.status;
    /** What is wrong, by field or parameter; with `validation_failed`. */
    this.errors = facts.errors ?? {};
    /** When trying again may work; undefined when waiting does not help, or the service did not say. */
    this.retryAt = facts.retryAt;
    /** Your own checkout that it is about. */
    this.checkoutId = facts.checkoutId;
    /** Your own payout that it is about. */
    this.payoutId = facts.payoutId;
    /** With `events_restarted`: where to go on. */
    this.next = facts.next;
    /** What the service's log has it under. */
    this.traceId = facts.traceId;
    /**
     * The Idempotency-Key the call went out with. The same call with this key is done at most once, and gives the answer.
     * @type {string | undefined}
     */
    this.idempotencyKey = undefined;
  }
}

/**
 * The service's error, or what something on the way said.
 * @param {Response} answer
 */
export async function problemOf(answer) {
  const { status, url } = answer;
  const text = await answer.text();
  try {
    const problem = /** @type {Problem} */ (JSON.parse(text));
    if (typeof problem?.code === 'string') {
      const fields = Object.entries(problem.errors ?? {}).map(([field, errors]) => `${field}: ${errors.join(' ')}`);
      return new PaymentsError([problem.detail, ...fields].join(' '), { ...problem, status });
    }
  } catch {
    // No JSON: not the service's.
  }
  return new PaymentsError(`${url} answered ${status} without an error of the service's: something else is there, or in between.`, { code: 'unexpected_answer', status });
}
