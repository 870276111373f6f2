// A shop that takes M-PESA: cart, payment, webhook, shipping. Its orders are in memory and end with the process; a real shop has a database.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { PaymentsClient, PaymentsError, verifyWebhook, WebhookVerificationError } from 'payments-mpesa-client';

const shopUrl = process.env.SHOP_URL ?? 'http://localhost:3001';
const baseUrl = process.env.PAYMENTS_URL ?? 'http://localhost:5080';
const payments = new PaymentsClient({ baseUrl, key: process.env.PAYMENTS_KEY ?? 'sk_local_all' });
const goods = { shirt: { name: 'Shirt', price: 1500 }, mug: { name: 'Mug', price: 600 } };
const orders = new Map();
let secret;

const escape = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

function page(response, status, body) {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' });
  response.end(`<!doctype html><title>Shop</title><h1>Shop</h1>${body}<p><a href="/">The cart</a></p>`);
}

async function read(request, limit = 1024 * 1024) {
  const chunks = [];
  let bytes = 0;
  for await (const chunk of request) {
    if ((bytes += chunk.length) > limit) throw new RangeError('The body is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function cart(request, response) {
  const rows = Object.entries(goods).map(
    ([id, { name, price }]) => `<p><label>${name}, ${price} KES <input name="${id}" type="number" min="0" max="9" value="1"></label></p>`);
  page(response, 200, `<form method="post" action="/orders">${rows.join('')}
    <p><label>M-PESA phone <input name="phone" value="254700000000"></label> (empty: you pay by hand)</p><button>Pay</button></form>`);
}

// What is ordered is priced here, never by the browser. The order is kept before anything is asked for.
async function makeOrder(request, response) {
  const form = new URLSearchParams((await read(request)).toString());
  const count = (id) => Math.min(9, Math.max(0, Math.trunc(Number(form.get(id))) || 0));
  const total = Object.entries(goods).reduce((sum, [id, { price }]) => sum + price * count(id), 0);
  if (total === 0) return page(response, 400, '<p>The cart is empty.</p>');

  const order = { number: randomBytes(5).toString('hex').toUpperCase(), total, shipped: false };
  orders.set(order.number, order);
  const wanted = { amount: total, externalId: order.number, description: `Order ${order.number}`, phone: form.get('phone') || null };
  try {
    // Named after the order: made again after a crash it is the same checkout.
    order.checkout = await payments.checkouts.create(wanted, { idempotencyKey: `order-${order.number}` });
  } catch (error) {
    if (error.code !== 'validation_failed') throw error;
    return page(response, 400, `<p>${escape(Object.values(error.errors).flat().join(' '))}</p>`);
  }
  response.writeHead(303, { location: `/orders/${order.number}` }).end();
}

// How an order stands. What the customer sees is the shop's own state, never a word from the browser.
async function showOrder(number, response) {
  const order = orders.get(number);
  if (!order?.checkout) return page(response, 404, '<p>There is no such order.</p>');
  const now = order.shipped ? order.checkout : await payments.checkouts.get(order.checkout.id);
  page(response, 200, `<h2>Order ${order.number}: ${order.total} KES</h2>
    <p>Order: <b id="order">${order.shipped ? 'shipped' : 'waiting for the money'}</b>. Payment: <b id="payment">${escape(now.status)}</b>. ${escape(now.failure?.message ?? '')}</p>
    <p>By hand: Pay Bill 174379, account <b id="account">${escape(now.account)}</b>, ${now.amountDue} KES. On the laptop stack: http://localhost:5090/simulator</p>
    ${order.shipped ? '' : '<meta http-equiv="refresh" content="2">'}`);
}

// Only what the service signed goes further, perhaps twice. The event is the reason to look, the checkout is what counts.
async function takeWebhook(request, response) {
  const event = verifyWebhook(await read(request), request.headers, secret);
  if (event.type === 'checkout.paid') {
    const checkout = await payments.checkouts.get(event.data.id);
    const order = orders.get(checkout.externalId);
    if (checkout.status === 'paid' && order && checkout.amountPaid === order.total && !order.shipped) {
      order.shipped = true;
      console.log(`Order ${order.number} is shipped: ${checkout.payment?.receipt}`);
    }
  }
  response.writeHead(204).end();
}

const server = createServer(async (request, response) => {
  try {
    const { pathname } = new URL(request.url, shopUrl);
    const route = `${request.method} ${pathname}`;
    if (route === 'GET /') cart(request, response);
    else if (route === 'POST /orders') await makeOrder(request, response);
    else if (route === 'POST /webhooks/payments') await takeWebhook(request, response);
    else if (route.startsWith('GET /orders/')) await showOrder(pathname.slice('/orders/'.length), response);
    else page(response, 404, '<p>There is nothing here.</p>');
  } catch (error) {
    // Not the service's: 401. Too much: 413. Not done here: 500, and a webhook comes again.
    const status = error instanceof WebhookVerificationError ? 401 : error instanceof RangeError ? 413 : 500;
    if (status === 500) console.error(error);
    page(response, status, '<p>That did not work.</p>');
  }
});

// Makes its webhook known, and keeps the secret for as long as it runs. A shop that is there to stay does this once and keeps the secret in its settings.
try {
  const url = new URL('/webhooks/payments', shopUrl).href;
  for (const old of (await payments.webhooks.list({ limit: 100 })).items) if (old.url === url) await payments.webhooks.delete(old.id);
  ({ secret } = await payments.webhooks.create({ url, events: ['checkout.paid'], description: 'The Node sample' }));
} catch (error) {
  if (!(error instanceof PaymentsError)) throw error;
  console.error(`${error.message}\nThe shop needs the Payments service at ${baseUrl}: dotnet run --project build`);
  process.exit(1);
}
const { hostname, port } = new URL(shopUrl);
server.listen(Number(port) || 80, hostname, () => console.log(`Shop: ${shopUrl}`));
