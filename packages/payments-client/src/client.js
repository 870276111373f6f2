import { Sender } from './sender.js';
import { watch } from './watch.js';

/** @typedef {import('./sender.js').PaymentsOptions} PaymentsOptions */
/** @typedef {import('./sender.js').CallOptions} CallOptions */
/** @typedef {import('./sender.js').PostOptions} PostOptions */
/** @typedef {import('../types/v1.js').components['schemas']} Schemas */
/** @typedef {import('../types/v1.js').operations} Operations */
/** @typedef {Schemas['CheckoutView']} Checkout */
/** @typedef {Schemas['RefundView']} Refund */
/** @typedef {Schemas['PayoutView']} Payout */
/** @typedef {Schemas['WebhookView']} Webhook */
/** @typedef {Schemas['DeliveryView']} Delivery */

/**
 * @template {keyof Operations} T
 * @typedef {NonNullable<Operations[T]['parameters']['query']>} Query
 */

/**
 * @template T
 * @typedef {{ items: T[], nextCursor: string | null }} Page One page of a list, newest first; `nextCursor` is null at the end.
 */

/** @param {string} id */
function part(id) {
  if (typeof id !== 'string' || id.trim() === '') throw new TypeError('An id is missing.');
  return encodeURIComponent(id);
}

/**
 * All items of a list, page after page.
 * @template T
 * @param {(cursor?: string) => Promise<Page<T>>} list
 */
async function* all(list) {
  let cursor;
  do {
    const page = await list(cursor);
    yield* page.items;
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
}

/**
 * The Payments service for a shop. Every POST goes out with an Idempotency-Key made once for the call and kept over its tries; what fails for a reason that
 * passes is tried again a few times. Errors are `PaymentsError`.
 */
export class PaymentsClient {
  /** @param {PaymentsOptions} options */
  constructor(options) {
    const send = new Sender(options);

    /** Money in. */
    this.checkouts = {
      /** Makes a checkout; with a phone the prompt goes out in the same call. A refused prompt is no error: look at `status`.
       * @param {Schemas['StartCheckoutBody']} checkout @param {PostOptions} [options] @returns {Promise<Checkout>} */
      create: (checkout, options) => send.post('/api/checkouts', checkout, options),
      /** The truth about a checkout.
       * @param {string} id @param {CallOptions} [options] @returns {Promise<Checkout>} */
      get: (id, options) => send.get(`/api/checkouts/${part(id)}`, undefined, options),
      /** Sends a (further) prompt: 07…, 01…, +254…, 254…
       * @param {string} id @param {string} phone @param {PostOptions} [options] @returns {Promise<Checkout>} */
      pay: (id, phone, options) => send.post(`/api/checkouts/${part(id)}/pay`, { phone }, options),
      /** Takes a checkout back.
       * @param {string} id @param {PostOptions} [options] @returns {Promise<Checkout>} */
      cancel: (id, options) => send.post(`/api/checkouts/${part(id)}/cancel`, undefined, options),
      /** One page, newest first.
       * @param {Query<'listCheckouts'>} [query] @param {CallOptions} [options] @returns {Promise<Page<Checkout>>} */
      list: (query, options) => send.get('/api/checkouts', query, options),
      /** All of them, page after page.
       * @param {Query<'listCheckouts'>} [query] @param {CallOptions} [options] */
      listAll: (query, options) => all((cursor) => this.checkouts.list({ ...query, ...(cursor && { cursor }) }, options)),
      /** A checkout as it changes, until it is paid, expired or cancelled.
       * @param {string} id @param {CallOptions} [options] */
      watch: (id, options) => watch(send, `/api/checkouts/${part(id)}/events`, options),
    };

    /** Money back; needs a key with the scope `payouts`. */
    this.refunds = {
      /** Gives money of a checkout back. Give your own `idempotencyKey`, such as your refund's id: then a call made again after your process died gives it back once.
       * @param {string} checkoutId @param {Schemas['RefundBody']} refund @param {PostOptions} [options] @returns {Promise<Refund>} */
      create: (checkoutId, refund, options) => send.post(`/api/checkouts/${part(checkoutId)}/refunds`, refund, options),
      /** The truth about a refund.
       * @param {string} id @param {CallOptions} [options] @returns {Promise<Refund>} */
      get: (id, options) => send.get(`/api/refunds/${part(id)}`, undefined, options),
      /** Takes a refund back while it waits to be sent.
       * @param {string} id @param {PostOptions} [options] @returns {Promise<Refund>} */
      cancel: (id, options) => send.post(`/api/refunds/${part(id)}/cancel`, undefined, options),
      /** One page, newest first.
       * @param {Query<'listRefunds'>} [query] @param {CallOptions} [options] @returns {Promise<Page<Refund>>} */
      list: (query, options) => send.get('/api/refunds', query, options),
      /** All of them, page after page.
       * @param {Query<'listRefunds'>} [query] @param {CallOptions} [options] */
      listAll: (query, options) => all((cursor) => this.refunds.list({ ...query, ...(cursor && { cursor }) }, options)),
    };

    /** Money out; needs a key with the scope `payouts`. */
    this.payouts = {
      /** Orders a payout. Give your own `idempotencyKey`, such as its reference. One that is `in_doubt` must never be ordered again.
       * @param {Schemas['PayoutBody']} payout @param {PostOptions} [options] @returns {Promise<Payout>} */
      create: (payout, options) => send.post('/api/payouts', payout, options),
      /** The truth about a payout.
       * @param {string} id @param {CallOptions} [options] @returns {Promise<Payout>} */
      get: (id, options) => send.get(`/api/payouts/${part(id)}`, undefined, options),
      /** Takes a payout back while it waits to be sent.
       * @param {string} id @param {PostOptions} [options] @returns {Promise<Payout>} */
      cancel: (id, options) => send.post(`/api/payouts/${part(id)}/cancel`, undefined, options),
      /** One page, newest first.
       * @param {Query<'listPayouts'>} [query] @param {CallOptions} [options] @returns {Promise<Page<Payout>>} */
      list: (query, options) => send.get('/api/payouts', query, options),
      /** All of them, page after page.
       * @param {Query<'listPayouts'>} [query] @param {CallOptions} [options] */
      listAll: (query, options) => all((cursor) => this.payouts.list({ ...query, ...(cursor && { cursor }) }, options)),
    };

    /** What happened, in commit order: the same events that webhooks bring, with the same ids. */
    this.events = {
      /** What happened after a place. Keep `next` with your own books; an `events_restarted` names the place to go on from.
       * @param {Query<'listEvents'>} [query] @param {CallOptions} [options] @returns {Promise<{ items: import('./webhooks.js').PaymentsEvent[], next: string }>} */
      list: (query, options) => send.get('/api/events', query, options),
    };

    /** Where the service sends what happens. */
    this.webhooks = {
      /** Makes a webhook. Keep the answer's `secret`: it is shown here only.
       * @param {Schemas['CreateWebhookBody']} webhook @param {PostOptions} [options] @returns {Promise<Webhook>} */
      create: (webhook, options) => send.post('/api/webhooks', webhook, options),
      /** How a webhook stands.
       * @param {string} id @param {CallOptions} [options] @returns {Promise<Webhook>} */
      get: (id, options) => send.get(`/api/webhooks/${part(id)}`, undefined, options),
      /** One page, newest first.
       * @param {Query<'listWebhooks'>} [query] @param {CallOptions} [options] @returns {Promise<Page<Webhook>>} */
      list: (query, options) => send.get('/api/webhooks', query, options),
      /** Changes a webhook, or enables it again: it goes on where it stopped.
       * @param {string} id @param {Schemas['UpdateWebhookBody']} change @param {CallOptions} [options] @returns {Promise<Webhook>} */
      update: (id, change, options) => send.send('PATCH', `/api/webhooks/${part(id)}`, change, options),
      /** Ends a webhook for good, and gives it as it was.
       * @param {string} id @param {CallOptions} [options] @returns {Promise<Webhook>} */
      delete: (id, options) => send.send('DELETE', `/api/webhooks/${part(id)}`, undefined, options),
      /** A new secret, in the answer only; for 24 hours the old one signs too.
       * @param {string} id @param {PostOptions} [options] @returns {Promise<Webhook>} */
      rotateSecret: (id, options) => send.post(`/api/webhooks/${part(id)}/rotate-secret`, undefined, options),
      /** Sends `webhook.test` now, and tells what the endpoint answered.
       * @param {string} id @param {PostOptions} [options] @returns {Promise<Schemas['DeliveryTestView']>} */
      test: (id, options) => send.post(`/api/webhooks/${part(id)}/test`, undefined, options),
      /** Sends everything again that happened since then, in the same order.
       * @param {string} id @param {Date | string} since @param {PostOptions} [options] @returns {Promise<Schemas['ResendView']>} */
      resendSince: (id, since, options) => send.post(`/api/webhooks/${part(id)}/resend`, { since: new Date(since).toISOString() }, options),
      /** One page of what was sent, newest first.
       * @param {string} id @param {Query<'listDeliveries'>} [query] @param {CallOptions} [options] @returns {Promise<Page<Delivery>>} */
      listDeliveries: (id, query, options) => send.get(`/api/webhooks/${part(id)}/deliveries`, query, options),
      /** One event on its way, with its body and its tries.
       * @param {string} id @param {CallOptions} [options] @returns {Promise<Delivery>} */
      getDelivery: (id, options) => send.get(`/api/webhook-deliveries/${part(id)}`, undefined, options),
      /** Sends one event again.
       * @param {string} id @param {PostOptions} [options] @returns {Promise<Delivery>} */
      resendDelivery: (id, options) => send.post(`/api/webhook-deliveries/${part(id)}/resend`, undefined, options),
    };
  }
}
