export { PaymentsClient } from './client.js';
export { PaymentsError } from './errors.js';
export { verifyWebhook, WebhookVerificationError } from './webhooks.js';

/** @typedef {import('../types/v1.js').components['schemas']} Schemas */
/** @typedef {Schemas['CheckoutView']} Checkout */
/** @typedef {Schemas['RefundView']} Refund */
/** @typedef {Schemas['PayoutView']} Payout */
/** @typedef {Schemas['WebhookView']} Webhook */
/** @typedef {import('./webhooks.js').PaymentsEvent} PaymentsEvent */
/** @typedef {import('./client.js').PaymentsOptions} PaymentsOptions */
