// Against a running service with its simulator: PAYMENTS_URL=http://localhost:5080 PAYMENTS_KEY=sk_local_all npm test
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, createServer as createWire } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { PaymentsClient, verifyWebhook } from '../src/index.js';

const { PAYMENTS_URL: baseUrl, PAYMENTS_KEY: key } = process.env;
const client = baseUrl ? new PaymentsClient({ baseUrl, key }) : undefined;
const running = { skip: client ? false : 'PAYMENTS_URL names no running service', timeout: 60_000 };
const unique = () => `NC-${crypto.randomUUID().slice(0, 8)}`;

async function until(what, holds) {
  for (const end = Date.now() + 20_000; ; ) {
    const found = await holds();
    if (found) return found;
    assert.ok(Date.now() < end, `not yet: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('a checkout is made, prompted, watched, paid, found, told and refunded', running, async () => {
  const externalId = unique();
  const made = await client.checkouts.create({ amount: 1500, externalId, metadata: { cart: '7' } });
  const seen = [];
  const watching = (async () => {
    for await (const { status } of client.checkouts.watch(made.id)) seen.push(status);
  })();
  await client.checkouts.pay(made.id, '254700000000');
  await watching;
  assert.equal(seen.at(-1), 'paid');
  const paid = await client.checkouts.get(made.id);
  assert.deepEqual([paid.status, paid.amountPaid, paid.payment.method, paid.metadata.cart], ['paid', 1500, 'stk', '7']);
  assert.deepEqual((await client.checkouts.list({ externalId, status: 'paid' })).items.map((item) => item.id), [made.id]);

  const refund = await client.refunds.create(made.id, { amount: 400, reason: 'One item was out of stock' }, { idempotencyKey: `refund-${externalId}` });
  const again = await client.refunds.create(made.id, { amount: 400, reason: 'One item was out of stock' }, { idempotencyKey: `refund-${externalId}` });
  assert.equal(again.id, refund.id);
  await until('the refund is completed', async () => (await client.refunds.get(refund.id)).status === 'completed');
  const payout = await client.payouts.create({ method: 'mpesa', recipient: '254708374149', amount: 50, reference: externalId });
  await until('the payout is completed', async () => (await client.payouts.get(payout.id)).status === 'completed');

  const types = [];
  for (let page = await client.events.list({ limit: 100 }); page.items.length > 0; page = await client.events.list({ after: page.next, limit: 100 })) {
    types.push(...page.items.filter((event) => event.data.id === made.id).map((event) => event.type));
  }
  assert.deepEqual(types.filter((type) => type !== 'checkout.receipt_known'), ['checkout.created', 'checkout.pending', 'checkout.paid']);
});

test('an error says its code and what is wrong', running, async () => {
  await assert.rejects(client.checkouts.create({ amount: 0, phone: '12' }), (error) => {
    assert.deepEqual([error.code, error.status, Object.keys(error.errors).sort()], ['validation_failed', 400, ['amount', 'phone']]);
    return true;
  });
  await assert.rejects(new PaymentsClient({ baseUrl, key: 'sk_wrong' }).checkouts.list(), { code: 'unauthorized', status: 401 });
});

test('a call whose answer was lost is done once', running, async (t) => {
  const { hostname, port } = new URL(baseUrl);
  let connections = 0;
  const sockets = [];
  const wire = createWire((near) => {
    const loses = ++connections === 1;
    const far = connect(Number(port), hostname);
    sockets.push(near, far);
    near.on('error', () => far.destroy()).pipe(far);
    far.on('error', () => near.destroy());
    if (loses) far.once('data', () => near.resetAndDestroy());
    else far.pipe(near);
  }).listen(0, '127.0.0.1');
  await once(wire, 'listening');
  t.after(() => {
    // An open socket would keep this process for as long as the service keeps an idle connection.
    for (const socket of sockets) socket.destroy();
    wire.close();
  });
  const externalId = unique();
  const checkout = await new PaymentsClient({ baseUrl: `http://127.0.0.1:${wire.address().port}`, key }).checkouts.create({ amount: 700, externalId });
  assert.ok(connections >= 2, 'the first answer was lost');
  assert.deepEqual((await client.checkouts.list({ externalId })).items.map((item) => item.id), [checkout.id]);
});

test('a webhook made by the client brings the verified event, through a rotation', running, async (t) => {
  const secrets = [], events = [];
  const shop = createServer(async (request, response) => {
    try {
      events.push(verifyWebhook(await buffer(request), request.headers, secrets));
      response.writeHead(204).end();
    } catch (error) {
      response.writeHead(error.name === 'WebhookVerificationError' ? 401 : 500).end();
    }
  }).listen(0, '127.0.0.1');
  await once(shop, 'listening');
  const webhook = await client.webhooks.create({ url: `http://127.0.0.1:${shop.address().port}/webhooks`, events: ['checkout.paid'] });
  t.after(async () => {
    await client.webhooks.delete(webhook.id);
    shop.closeAllConnections();
    shop.close();
  });

  secrets.push(`whsec_${Buffer.alloc(32).toString('base64')}`);
  assert.deepEqual([(await client.webhooks.test(webhook.id)).statusCode, events.length], [401, 0]);
  secrets[0] = webhook.secret;
  assert.ok((await client.webhooks.test(webhook.id)).delivered);
  const rotated = await client.webhooks.rotateSecret(webhook.id);
  assert.ok((await client.webhooks.test(webhook.id)).delivered);
  secrets.splice(0, 1, rotated.secret);

  const checkout = await client.checkouts.create({ amount: 1500, phone: '254700000000' });
  const event = await until('the shop is told', () => events.find((one) => one.data.id === checkout.id));
  assert.deepEqual([event.type, event.data.status], ['checkout.paid', 'paid']);
  const delivery = await until('it is written down', async () => (await client.webhooks.listDeliveries(webhook.id, { status: 'delivered' })).items[0]);
  assert.equal((await client.webhooks.getDelivery(delivery.id)).body.data.id, checkout.id);
  assert.equal(delivery.eventId, event.id);
});
