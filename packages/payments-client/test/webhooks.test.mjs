// What is taken for a webhook of the service's, and what not.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { verifyWebhook, WebhookVerificationError } from '../src/index.js';

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const other = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
const body = '{"type":"checkout.paid","timestamp":"2026-07-10T06:15:45Z","data":{"id":"chk_1","status":"paid","description":"Höhe"}}';
const now = () => Math.floor(Date.now() / 1000);

function signed(text, { by = secret, at = now(), id = 'evt_1' } = {}) {
  const signature = createHmac('sha256', Buffer.from(by.slice(6), 'base64')).update(`${id}.${at}.`).update(text).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signature}` };
}

test('a signed event is read, from text or bytes, with headers of either kind', () => {
  const wanted = { id: 'evt_1', type: 'checkout.paid', at: '2026-07-10T06:15:45Z', data: { id: 'chk_1', status: 'paid', description: 'Höhe' } };
  assert.deepEqual(verifyWebhook(body, signed(body), secret), wanted);
  assert.deepEqual(verifyWebhook(Buffer.from(body), new Headers(signed(body)), [secret]), wanted);
});

test('during a rotation either side may have both', () => {
  assert.equal(verifyWebhook(body, signed(body), [other, secret]).id, 'evt_1');
  assert.equal(verifyWebhook(body, signed(body, { by: other }), [other, secret]).id, 'evt_1');
  const both = { ...signed(body), 'webhook-signature': `${signed(body, { by: other })['webhook-signature']} ${signed(body)['webhook-signature']}` };
  assert.equal(verifyWebhook(body, both, secret).id, 'evt_1');
});

const refused = {
  'another secret': [body, signed(body, { by: other })],
  'another body': [`${body} `, signed(body)],
  'another id': [body, { ...signed(body), 'webhook-id': 'evt_2' }],
  'another kind of signature': [body, { ...signed(body), 'webhook-signature': signed(body)['webhook-signature'].replace('v1,', 'v2,') }],
  'no signature in it': [body, { ...signed(body), 'webhook-signature': 'v1' }],
  'six minutes old': [body, signed(body, { at: now() - 360 })],
  'six minutes ahead': [body, signed(body, { at: now() + 360 })],
  'no time at all': [body, { ...signed(body), 'webhook-timestamp': 'soon' }],
  'no headers': [body, {}],
  'bytes that are no text': [Buffer.from([0xff, 0xfe, 0x00]), signed(body)],
};
for (const [what, [text, headers]] of Object.entries(refused)) {
  test(`refused: ${what}`, () => assert.throws(() => verifyWebhook(text, headers, [secret]), WebhookVerificationError));
}

test('without a secret nothing is verified', () => {
  assert.throws(() => verifyWebhook(body, signed(body), []), TypeError);
  assert.throws(() => verifyWebhook(body, signed(body), 'whsec_'), Error);
});

test('what is signed and cannot be read is an error of another kind: it is to be sent again', () => {
  assert.throws(() => verifyWebhook('not json', signed('not json'), secret), SyntaxError);
});
