// Starts the sample shops as their READMEs say, against the running stack, and buys in each: by phone, and by hand with the account shown.
// Prints one line a check: "ok NAME" or "FAILED NAME: why".
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';

const simulator = process.env.SIMULATOR_URL ?? 'http://localhost:5090';
const shops = [
  ['ASP.NET Core', 'http://localhost:3000', ['dotnet', 'run', '--no-build', '--project', 'samples/shop-aspnet']],
  ['Node', 'http://localhost:3001', ['npm', '--prefix', 'samples/shop-node', 'start']],
];

function expect(holds, what) {
  if (!holds) throw new Error(what);
}

async function until(what, seconds, holds) {
  for (const end = Date.now() + seconds * 1000; ; ) {
    const found = await holds();
    if (found) return found;
    expect(Date.now() < end, `after ${seconds} s it is not so that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const shown = (page, id) => page.match(new RegExp(`<b id="${id}">([^<]*)</b>`))?.[1];

async function order(url, phone) {
  const form = new URLSearchParams({ shirt: '1', mug: '2', phone });
  const answer = await fetch(`${url}/orders`, { method: 'POST', body: form });
  expect(answer.ok && answer.url.startsWith(`${url}/orders/`), `ordering was answered ${answer.status} at ${answer.url}`);
  return { url: answer.url, page: await answer.text() };
}

const isShipped = async (made) => shown(await (await fetch(made.url)).text(), 'order') === 'shipped';

const checks = {
  'ships an order paid by phone, because of a verified webhook': async (url) => {
    const made = await order(url, '254700000000');
    await until('it is shipped', 20, () => isShipped(made));
  },
  'ships an order paid by hand with the account it shows': async (url) => {
    const made = await order(url, '');
    expect(!(await isShipped(made)), 'it was shipped before it was paid');
    const payment = { amount: 2700, account: shown(made.page, 'account'), msisdn: '254708374149' };
    const paid = await fetch(`${simulator}/simulator/c2b`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(payment) });
    expect(paid.ok, `the simulator answered ${paid.status}: ${await paid.clone().text()}`);
    await until('it is shipped', 20, () => isShipped(made));
  },
  'ships nothing that was not paid, whoever says so': async (url) => {
    const made = await order(url, '254700001032');
    const checkoutId = `chk_${'0'.repeat(32)}`;
    const body = JSON.stringify({ type: 'checkout.paid', timestamp: new Date().toISOString(), data: { id: checkoutId, status: 'paid', externalId: made.url.split('/').at(-1) } });
    const at = Math.floor(Date.now() / 1000);
    const signature = createHmac('sha256', Buffer.alloc(32)).update(`evt_1.${at}.${body}`).digest('base64');
    const headers = { 'webhook-id': 'evt_1', 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signature}` };
    const answer = await fetch(`${url}/webhooks/payments`, { method: 'POST', headers, body });
    expect(answer.status === 401, `a webhook with a wrong signature was answered ${answer.status}`);
    await until('the payment has failed', 20, async () => shown(await (await fetch(made.url)).text(), 'payment')?.toLowerCase() === 'failed');
    expect(!(await isShipped(made)), 'it was shipped');
  },
};

for (const [name, url, [program, ...args]] of shops) {
  // In a group of its own: what it started ends with it.
  const shop = spawn(program, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [shop.stdout, shop.stderr]) stream.on('data', (text) => (said += text));
  shop.on('error', (problem) => (said += problem.message));
  try {
    await until(`the shop listens (${said.slice(-300)})`, 60, () => said.includes(`Shop: ${url}`) || shop.exitCode !== null);
    for (const [what, check] of Object.entries(checks)) {
      await check(url).then(
        () => console.log(`ok the ${name} shop ${what}`),
        (problem) => console.log(`FAILED the ${name} shop ${what}: ${`${problem.message} ${said.slice(-300)}`.replaceAll('\n', ' ')}`),
      );
    }
  } catch (problem) {
    console.log(`FAILED the ${name} shop starts: ${`${problem.message} ${said.slice(-300)}`.replaceAll('\n', ' ')}`);
  } finally {
    if (shop.pid && shop.exitCode === null) process.kill(-shop.pid, 'SIGTERM');
  }
}
