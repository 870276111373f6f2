import { Webhook } from 'standardwebhooks';

/** @typedef {import('../types/v1.js').components['schemas']} Schemas */

/**
 * One thing that happened, by `type`. Later versions of the service may tell more: pass over what you do not know. The same `id` is the same event,
 * at every try and in the feed.
 * @typedef {Schemas['EventView']} PaymentsEvent
 */

/** What came is no webhook of the service's, or an old one. Nothing in it may be believed: answer 401. */
export class WebhookVerificationError extends Error {
  /** @param {string} message @param {unknown} [cause] */
  constructor(message, cause) {
    super(message, { cause });
    this.name = 'WebhookVerificationError';
  }
}

/**
 * The event, if the service signed it within the last five minutes (Standard Webhooks).
 * @param {string | Uint8Array} body The body as it came: parsed and written again it would have another signature.
 * @param {Headers | Record<string, string | string[] | undefined>} headers The request's headers.
 * @param {string | string[]} secrets The endpoint's secret, `whsec_…`; during a rotation the old and the new one.
 * @returns {PaymentsEvent}
 * @throws {WebhookVerificationError} It was not, or not lately, or a header is missing.
 */
export function verifyWebhook(body, headers, secrets) {
  const text = typeof body === 'string' ? body : new TextDecoder('utf-8', { ignoreBOM: true }).decode(body);
  const read = (/** @type {string} */ name) => (headers instanceof Headers ? headers.get(name) : headers[name]);
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
  const signed = Object.fromEntries(names.map((name) => [name, String(read(name) ?? '')]));
  const hooks = [secrets].flat().map((secret) => new Webhook(secret));
  if (hooks.length === 0) throw new TypeError("No webhook secret is given: it is in the answer that made the webhook, whsec_…");

  let why = /** @type {unknown} */ (undefined);
  const right = hooks.some((hook) => {
    try {
      hook.verify(text, signed, { jsonParse: false });
      return true;
    } catch (refused) {
      why = refused;
      return false;
    }
  });
  if (!right) throw new WebhookVerificationError(why instanceof Error ? why.message : 'Not verified', why);
  const { type, timestamp, data } = JSON.parse(text);
  return { id: signed['webhook-id'] ?? '', type, at: timestamp, data };
}
