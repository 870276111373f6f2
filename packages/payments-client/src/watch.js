import { PaymentsError, problemOf } from './errors.js';

/** @typedef {import('../types/v1.js').components['schemas']['CheckoutView']} Checkout */

/**
 * Server-Sent Events of one checkout; after a cut it goes on behind the last version that was seen.
 * @param {import('./sender.js').Sender} send
 * @param {string} path
 * @param {import('./sender.js').CallOptions} [options]
 * @returns {AsyncGenerator<Checkout, void>}
 */
export async function* watch(send, path, { signal } = {}) {
  let last, lost = 0;
  for (;;) {
    let error = new PaymentsError(`The stream of ${path} ended before its end.`, { code: 'no_answer' });
    try {
      const answer = await send.fetch(path, last ? { headers: { 'last-event-id': last } } : {}, signal);
      if (answer.status === 204) return;
      if (answer.ok && answer.body) {
        for await (const { name, id, data } of events(answer.body)) {
          if (name === 'end') return;
          [last, lost] = [id, 0];
          yield JSON.parse(data);
        }
      } else {
        error = await problemOf(answer);
      }
    } catch (cut) {
      error = send.noAnswer(cut, signal);
    }
    await send.wait(error, lost++, undefined, signal);
  }
}

/** @param {ReadableStream<Uint8Array>} body */
async function* events(body) {
  const decoder = new TextDecoder();
  let text = '';
  // @ts-expect-error Node's streams can be iterated; not every browser's.
  for await (const chunk of body) {
    const blocks = (text += decoder.decode(chunk, { stream: true })).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s, 2)));
      if (fields.event) yield { name: fields.event, id: fields.id, data: fields.data };
    }
  }
}
