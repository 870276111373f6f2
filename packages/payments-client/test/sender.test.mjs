// What the client tries again, with which key, and what it says in the end: against a real HTTP server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PaymentsClient, PaymentsError } from '../src/index.js';
import { problem, service } from './support.mjs';

const checkout = { id: 'chk_1', status: 'open' };
const keys = (requests) => requests.map((request) => request.headers['idempotency-key']);

test('one key for a call, over all its tries, and another for the next', async (t) => {
  const { client, requests } = await service(t, 'cut', [503, problem('unavailable')], [201, checkout], [201, checkout]);
  assert.equal((await client().checkouts.create({ amount: 1500 })).id, 'chk_1');
  await client().checkouts.create({ amount: 1500 });
  const [first, second, third, next] = keys(requests);
  assert.equal(requests.length, 4);
  assert.ok(first && first === second && second === third && next && next !== first);
  assert.deepEqual(new Set(requests.map((request) => request.body)), new Set(['{"amount":1500}']));
  assert.equal(requests[0].headers.authorization, 'Bearer sk_test');
});

test("the caller's own key is kept", async (t) => {
  const { client, requests } = await service(t, 'cut', [202, { id: 'rfd_1' }]);
  await client().refunds.create('chk_1', { reason: 'Out of stock' }, { idempotencyKey: 'refund-7' });
  assert.deepEqual(keys(requests), ['refund-7', 'refund-7']);
});

for (const key of ['', ' x', 'x ', 'ä', 'x'.repeat(256)]) {
  test(`a key the service would refuse is refused here: ${JSON.stringify(key.slice(0, 5))}`, async (t) => {
    const { client, requests } = await service(t);
    await assert.rejects(client().checkouts.create({ amount: 1 }, { idempotencyKey: key }), TypeError);
    assert.equal(requests.length, 0);
  });
}

const passing = [
  [408, problem('request_timeout')], [429, problem('too_many_requests')], [502, '<html>'], [503, problem('unavailable')], [504, ''], [409, problem('idempotency_in_progress')],
];
for (const [status, body] of passing) {
  test(`${status} passes and is tried again`, async (t) => {
    const { client, requests } = await service(t, [status, body], [200, checkout]);
    await client().checkouts.get('chk_1');
    assert.equal(requests.length, 2);
  });
}

const lasting = [
  [400, 'validation_failed'], [401, 'unauthorized'], [404, 'not_found'], [409, 'order_reference_in_use'], [422, 'idempotency_key_reused'], [500, 'internal_error'],
];
for (const [status, code] of lasting) {
  test(`${status} ${code} does not pass and is said at once`, async (t) => {
    const { client, requests } = await service(t, [status, problem(code, { errors: { amount: ['Too small.'] }, checkoutId: 'chk_2' })]);
    const error = await client().checkouts.create({ amount: 1 }, { idempotencyKey: 'mine' }).catch((e) => e);
    assert.ok(error instanceof PaymentsError);
    assert.deepEqual(
      [error.code, error.status, error.idempotencyKey, error.checkoutId, error.errors, error.message],
      [code, status, 'mine', 'chk_2', { amount: ['Too small.'] }, 'A sentence. amount: Too small.'],
    );
    assert.equal(requests.length, 1);
  });
}

test('a payout that never gets an answer says its key, and that nobody knows', async (t) => {
  const { client, requests } = await service(t, 'cut', 'cut', 'cut', 'cut', 'cut');
  const error = await client().payouts.create({ method: 'mpesa', recipient: '254708374149', amount: 10, reference: 'P-1' }).catch((e) => e);
  assert.deepEqual([error.code, error.status, requests.length], ['no_answer', undefined, 4]);
  assert.equal(error.idempotencyKey, keys(requests)[0]);
});

test('a try that takes too long is no answer', async (t) => {
  const { client } = await service(t, 'silence');
  await assert.rejects(client({ timeoutMs: 50, retries: 0 }).checkouts.get('chk_1'), { code: 'no_answer' });
});

test('it waits as long as the service says, and not ten minutes', async (t) => {
  const { client, requests } = await service(
    t, [429, problem('too_many_requests'), { 'retry-after': '1' }], [200, checkout], [429, problem('too_many_prompts'), { 'retry-after': '600' }]);
  const start = performance.now();
  await client({ longestWaitMs: 5000 }).checkouts.get('chk_1');
  assert.ok(performance.now() - start >= 999);
  await assert.rejects(client({ longestWaitMs: 5000 }).checkouts.pay('chk_1', '254708374149'), { code: 'too_many_prompts' });
  assert.equal(requests.length, 3);
});

test('who ends it gets no further try, and the reason that was given', async (t) => {
  const { client, requests } = await service(t, 'cut', 'cut', 'cut');
  const end = new AbortController();
  setTimeout(() => end.abort(new Error('the customer left')), 100);
  await assert.rejects(client({ longestWaitMs: 10_000 }).checkouts.get('chk_1', { signal: end.signal }), { message: 'the customer left' });
  assert.equal(requests.length, 1);
});

for (const [status, body] of [[200, '<html>Sign in to the hotel</html>'], [200, 'null'], [302, ''], [404, '<html>nginx</html>']]) {
  test(`${status} ${body} is not the service's`, async (t) => {
    const { client } = await service(t, [status, body, { location: '/elsewhere' }]);
    await assert.rejects(client().checkouts.get('chk_1'), { code: 'unexpected_answer', status });
  });
}

test('options that make no sense are refused with their name', () => {
  for (const baseUrl of [undefined, '', '/relative', 'ftp://payments.test']) assert.throws(() => new PaymentsClient({ baseUrl, key: 'sk_1' }), /baseUrl/);
  for (const key of [undefined, '', 'two words']) assert.throws(() => new PaymentsClient({ baseUrl: 'http://payments.test', key }), /key/);
});

test('queries are sent as given, without what is absent, and an id cannot lead elsewhere', async (t) => {
  const { client, requests, baseUrl } = await service(t, [200, { items: [], nextCursor: null }], [200, checkout]);
  await client({ baseUrl: `${baseUrl}/at/` }).checkouts.list({ status: 'paid', externalId: 'a b&c', limit: undefined });
  await client().checkouts.get('../ops/keys?a=b');
  assert.deepEqual(requests.map((request) => request.url), ['/at/api/checkouts?status=paid&externalId=a+b%26c', '/api/checkouts/..%2Fops%2Fkeys%3Fa%3Db']);
  assert.throws(() => client().checkouts.get(' '), TypeError);
});

test('a list is read to its end', async (t) => {
  const { client, requests } = await service(t, [200, { items: [1, 2], nextCursor: 'c1' }], [200, { items: [3], nextCursor: null }]);
  const seen = [];
  for await (const item of client().checkouts.listAll({ limit: 2 })) seen.push(item);
  assert.deepEqual([seen, requests.map((request) => request.url)], [[1, 2, 3], ['/api/checkouts?limit=2', '/api/checkouts?limit=2&cursor=c1']]);
});

test('a stream that is cut goes on behind what was seen', async (t) => {
  const stream = { 'content-type': 'text/event-stream' };
  const { client, requests } = await service(
    t, [200, 'event: checkout\nid: 1\ndata: {"version":1}\n\n: still here\n\n', stream], 'cut',
    [200, 'event: checkout\nid: 2\ndata: {"version":2}\n\nevent: end\ndata: {}\n\n', stream],
  );
  const seen = [];
  for await (const { version } of client().checkouts.watch('chk_1')) seen.push(version);
  assert.deepEqual(seen, [1, 2]);
  assert.deepEqual(requests.map((request) => request.headers['last-event-id']), [undefined, '1', '1']);
});
