import { once } from 'node:events';
import { createServer } from 'node:http';
import { PaymentsClient } from '../src/index.js';

/**
 * A service that answers as the test says, on a real socket: each answer is `[status, body, headers]`, or `'cut'` for a connection that ends without one,
 * or `'silence'`.
 */
export async function service(t, ...answers) {
  const requests = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    requests.push({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() });
    const answer = answers.shift() ?? [500, {}];
    if (answer === 'silence') return;
    if (answer === 'cut') return void request.socket.destroy();
    const [status, body, headers] = answer;
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => (server.closeAllConnections(), server.close()));
  const baseUrl = `http://127.0.0.1:${server.address().port}`;
  return { requests, baseUrl, client: (options) => new PaymentsClient({ baseUrl, key: 'sk_test', longestWaitMs: 20, ...options }) };
}

export const problem = (code, more) => ({ type: `urn:payments:problem:${code}`, title: code, status: 0, detail: 'A sentence.', code, traceId: 't', ...more });
