// Pays over HTTP as the README shows it; prints one line a check: "ok NAME" or "FAILED NAME: why".
const api = 'http://localhost:5080';
const simulator = 'http://localhost:5090';
const headers = { authorization: 'Bearer sk_local_all', 'content-type': 'application/json' };

async function check(name, test) {
  try {
    const answer = await test();
    console.log(`ok ${name}`);
    return answer;
  } catch (problem) {
    console.log(`FAILED ${name}: ${String(problem.message).replaceAll('\n', ' ').slice(0, 600)}`);
    return undefined;
  }
}

function expect(holds, what) {
  if (!holds) throw new Error(typeof what === 'string' ? what : JSON.stringify(what));
}

async function get(url) {
  const answer = await fetch(url, { headers });
  expect(answer.ok, `${url} answered ${answer.status}: ${await answer.clone().text()}`);
  return answer.json();
}

// Asks until it holds; the limit counts from the first question.
async function until(url, seconds, holds) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await get(url);
    if (holds(answer)) return answer;
    expect(Date.now() < end, `after ${seconds} s: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function createCheckout(phone) {
  const orderReference = `CI-${phone.slice(-4)}-${String(Date.now()).slice(-4)}`;
  const answer = await fetch(`${api}/api/checkouts`, { method: 'POST', headers, body: JSON.stringify({ orderReference, amount: 1500, phone }) });
  expect(answer.status === 201, `POST answered ${answer.status}: ${await answer.clone().text()}`);
  return answer.json();
}

const address = (checkout) => `${api}/api/checkouts/${checkout.id}`;

const paid = await check('a checkout is paid, with a receipt, within 3 s', async () => {
  const checkout = await createCheckout('254700000000');
  const now = await until(address(checkout), 3, (c) => c.status === 'paid');
  expect(/^[A-Z0-9]{10}$/.test(now.payment?.receipt ?? '') && now.amountPaid === 1500, now);
  return now;
});

await check('a cancelled prompt fails the checkout', async () => {
  const checkout = await createCheckout('254700001032');
  const now = await until(address(checkout), 10, (c) => c.status === 'failed');
  expect(now.failure?.code === 'cancelled' && now.payment === null, now);
});

await check('the recorded callback posted again changes nothing', async () => {
  expect(paid, 'there is no paid checkout');
  const id = paid.attempts[0].checkoutRequestId;
  const { items } = await get(`${simulator}/simulator/deliveries`);
  const delivery = items.find((item) => JSON.stringify(item.body).includes(id));
  expect(delivery, `no delivery for ${id}`);
  const path = delivery.path.replace(/^https?:\/\/[^/]+/, '');
  for (let again = 0; again < 3; again++) {
    const answer = await fetch(api + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(delivery.body) });
    expect(answer.status === 200, `the callback was answered ${answer.status}`);
  }
  // All four are in the inbox and dealt with: one applied, three duplicates.
  const query = `${api}/api/ops/callbacks?q=${encodeURIComponent(id)}`;
  const stored = await until(query, 15, (page) => page.items.length === 4 && page.items.every((row) => row.verdict));
  expect(stored.items.filter((row) => row.verdict === 'duplicate').length === 3, stored.items.map((row) => row.verdict));
  const now = await get(address(paid));
  expect(JSON.stringify(now) === JSON.stringify(paid), now);
});

await check('the Hangfire dashboard shows the jobs', async () => {
  const answer = await fetch(`${api}/hangfire/jobs/succeeded`);
  const page = await answer.text();
  expect(answer.status === 200 && /Drain/.test(page), `answered ${answer.status}: ${page.slice(0, 200)}`);
});
