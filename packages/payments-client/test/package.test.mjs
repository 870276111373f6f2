// What is packed is what a shop gets: installed from the tarball, the README's quick start is type-checked by TypeScript, and runs.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = fileURLToPath(new URL('..', import.meta.url));

test('the package as packed is whole, and its quick start compiles', { timeout: 120_000 }, async (t) => {
  const shop = await mkdtemp(join(tmpdir(), 'payments-client-'));
  t.after(() => rm(shop, { recursive: true, force: true }));
  await run('npm', ['pack', '--pack-destination', shop], { cwd: here });
  const [tarball] = (await readdir(shop)).filter((file) => file.endsWith('.tgz'));
  await writeFile(join(shop, 'package.json'), '{"type":"module","private":true}');
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', join(shop, tarball)], { cwd: shop });

  const installed = join(shop, 'node_modules', 'payments-mpesa-client');
  assert.deepEqual((await readdir(installed)).sort(), ['LICENSE', 'README.md', 'package.json', 'src', 'types']);
  assert.deepEqual(Object.keys(JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')).dependencies), ['standardwebhooks']);
  const loaded = await run('node', ['-e', "import('payments-mpesa-client').then((all) => console.log(Object.keys(all).join()))"], { cwd: shop });
  assert.equal(loaded.stdout.trim(), 'PaymentsClient,PaymentsError,WebhookVerificationError,verifyWebhook');

  const readme = await readFile(join(installed, 'README.md'), 'utf8');
  const node = 'declare module "node:http" { export const createServer: any } declare module "node:stream/consumers" { export const buffer: any } declare const process: any;';
  await writeFile(join(shop, 'node.d.ts'), node);
  await writeFile(join(shop, 'shop.js'), readme.split('```js\n')[1].split('```')[0]);
  await writeFile(
    join(shop, 'strict.ts'),
    `import { PaymentsClient, verifyWebhook, type Checkout, type PaymentsEvent } from 'payments-mpesa-client';
     const payments = new PaymentsClient({ baseUrl: 'http://localhost:5080', key: 'sk_1' });
     const checkout: Checkout = await payments.checkouts.create({ amount: 1500 });
     const receipt: string | null | undefined = checkout.payment?.receipt;
     for await (const paid of payments.checkouts.listAll({ status: 'paid' })) console.log(paid.amountPaid + 1, receipt);
     const event: PaymentsEvent = verifyWebhook('', new Headers(), 'whsec_');
     if (event.type === 'refund.completed') console.log(event.data.originalReceipt);
     // @ts-expect-error No such status.
     await payments.checkouts.list({ status: 'half_paid' });
     // @ts-expect-error The amount is missing.
     await payments.checkouts.create({ phone: '254708374149' });
     // @ts-expect-error A payout has no account of a checkout.
     if (event.type === 'payout.completed') console.log(event.data.clientSecret);
    `,
  );
  const compilerOptions = { noEmit: true, strict: true, allowJs: true, checkJs: true, noImplicitAny: false, module: 'nodenext', target: 'es2022', lib: ['es2023', 'dom'], types: [] };
  await writeFile(join(shop, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
  const checked = await run(join(here, 'node_modules', '.bin', 'tsc'), [], { cwd: shop }).catch((error) => error);
  assert.equal(checked.stdout, '');
});
