// The simulated phone. Whatever is shown here was sent by somebody: it goes into the page as text, never as markup.
'use strict';

const usual = '254708374149';
const query = new URLSearchParams(location.search);
const compact = query.has('compact');
const find = id => document.getElementById(id);
const freshName = () => String(Math.random()).slice(2);

let phone = usual;
let view = null;
// Each open page holds its phone under a name of its own, so that one page that closes does not drop the phone another shows.
let holder = freshName();
let isLeaving = false;
let shown = null;         // the prompt on the screen
let focusBefore = null;   // where the keyboard was before it rang
let asked = 0;            // answers may overtake each other: only the newest counts
const ignored = new Set();
const sent = 'Sent. M-PESA’s message follows.';

function element(tag, text, className) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

const setText = (id, text) => { if (find(id).textContent !== text) find(id).textContent = text; };
const clock = at => at.toLocaleTimeString('en-GB', { timeZone: 'Africa/Nairobi' });
const shillings = amount => `Ksh${Number(amount).toLocaleString('en-KE', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;

/* ---- asking the simulator ---- */

async function ask(method, path, body) {
  const reply = await fetch(path, { method, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await reply.text();
  const answer = text ? JSON.parse(text) : {};
  if (!reply.ok) throw new Refused((answer.problems || [`The simulator answered ${reply.status}.`]).join(' '));
  return answer;
}

/** What the simulator said no to, in its own words. */
class Refused extends Error { }

const ofPhone = rest => `/simulator/phones/${encodeURIComponent(phone)}/${rest}`;

async function refresh() {
  if (isLeaving) return;
  const mine = ++asked;
  // A tab in the background is woken rarely, so it holds the phone for longer.
  const answer = await ask('PUT', ofPhone('held'), { by: holder, seconds: document.hidden ? 75 : 10 });
  if (mine !== asked || answer.phone !== phone) return;
  view = answer;
  show();
}

function letGo() {
  fetch(`${ofPhone('held')}?by=${holder}`, { method: 'DELETE', keepalive: true }).catch(() => { });
  // What was still under way under the old name counts no more.
  holder = freshName();
}

/* ---- which phone ---- */

function normal(number) {
  const digits = number.replace(/[\s-]/g, '').replace(/^\+/, '');
  return /^0[17]\d{8}$/.test(digits) ? `254${digits.slice(1)}` : digits;
}

// A browser may refuse to remember: inside another page's frame, or in a private window.
function remembered() {
  try { return JSON.parse(localStorage.getItem('phones')) || []; } catch { return []; }
}

function remember(number) {
  const phones = [number, ...remembered().filter(other => other !== number)].slice(0, 12);
  try { localStorage.setItem('phones', JSON.stringify(phones)); } catch { /* It is not needed. */ }
}

function listPhones() {
  const phones = [...new Set([phone, usual, ...remembered(), '254700000001', '254700000002'])];
  find('phone-choice').replaceChildren(...phones.map(number => {
    const option = element('option', number);
    option.value = number;
    option.selected = number === phone;
    return option;
  }));
}

function choose(number) {
  const wanted = normal(number);
  if (!/^254[17]\d{8}$/.test(wanted)) {
    say(`${number || 'Nothing'} is no Kenyan mobile number, such as ${usual} or 0708374149.`, true);
    return;
  }
  if (view && wanted !== phone) letGo();
  phone = wanted;
  view = null;
  remember(phone);
  listPhones();
  say('');
  find('messages').replaceChildren();
  query.set('phone', phone);
  query.delete('qr');
  history.replaceState(null, '', `?${query}`);
  wake();
}

/* ---- the screen ---- */

function say(text, bad = false) {
  setText('said', text);
  find('said').classList.toggle('bad', bad);
}

function show() {
  setText('clock', clock(new Date()).slice(0, 5));
  setText('balance', shillings(view.balance));
  const offline = Boolean(view.faults.phone.noNetwork || view.faults.all.noNetwork);
  find('handset').classList.toggle('offline', offline);
  setText('signal-text', offline ? 'No network' : 'Network');
  find('no-network').checked = Boolean(view.faults.phone.noNetwork);
  setText('elsewhere', view.elsewhere.length ? `Also ringing: ${view.elsewhere.join(', ')}` : '');
  for (const hint of document.querySelectorAll('.pin-hint')) hint.textContent = `It is ${view.pin}.`;
  for (const form of ['paybill', 'till']) {
    const number = find(form).elements.shortcode;
    if (!number.value && !number.dataset.touched && view[form]) number.value = view[form];
  }
  showPrompt();
  showMessages();
  showFaults();
}

function showPrompt() {
  const waiting = view.prompts.filter(prompt => !ignored.has(prompt.id));
  const next = waiting.find(prompt => shown && prompt.id === shown.id) || waiting[0] || null;
  const isNew = next && (!shown || shown.id !== next.id);
  const wasShown = shown;
  shown = next;
  find('prompt').hidden = !next;
  find('home').hidden = Boolean(next);
  document.body.classList.toggle('rings', Boolean(next));
  document.title = next ? `Ringing: ${next.shop}` : 'Simulated phone';
  if (next) {
    setText('prompt-left', next.secondsLeft === undefined ? '' : `– rings for ${next.secondsLeft} s more`);
    setText('queue', waiting.length > 1 ? `${waiting.length - 1} more after this one.` : '');
  }
  if (isNew) ring(next);
  else if (!next && wasShown) stopped();

  const aside = view.prompts.find(prompt => ignored.has(prompt.id));
  find('ignored').hidden = !aside;
  if (aside) setText('ignored-text', `Ignored: ${aside.shop}, KES ${aside.amount}, rings on${aside.secondsLeft === undefined ? '' : ` for ${aside.secondsLeft} s`}.`);
}

function ring(prompt) {
  const isPayout = prompt.kind !== 'stk';
  setText('prompt-title', isPayout ? 'Money is held back' : 'M-PESA is ringing');
  setText('prompt-text', isPayout ? `${prompt.shop} sends KES ${prompt.amount} to this phone. Let it arrive?` : prompt.text);
  setText('pin-hint', `The PIN of this phone is ${view.pin}. Any other is wrong; the third wrong one ends the prompt.`);
  setText('pin-problem', isPayout || prompt.triesLeft === 3 ? '' : triesText(prompt.triesLeft));
  setText('send', isPayout ? 'Let it arrive' : 'Send');
  setText('cancel', isPayout ? 'Let it fail' : 'Cancel');
  find('prompt-pin').hidden = isPayout;
  find('pin').value = '';
  if (!find('prompt').contains(document.activeElement)) focusBefore = document.activeElement;
  (isPayout ? find('send') : find('pin')).focus({ preventScroll: false });
  setText('announce', find('prompt-text').textContent);
}

// The keyboard goes back to where it was, if that is still there.
function stopped() {
  if (document.activeElement !== document.body && !find('prompt').contains(document.activeElement)) return;
  const back = focusBefore && focusBefore !== document.body && focusBefore.offsetParent ? focusBefore : find('unignore').offsetParent ? find('unignore') : null;
  if (back) back.focus();
  else { find('home').tabIndex = -1; find('home').focus({ preventScroll: true }); }
  focusBefore = null;
}

const triesText = left => `You have entered the wrong PIN. ${left} ${left === 1 ? 'try' : 'tries'} left.`;

function showMessages() {
  const list = find('messages');
  const had = new Map([...list.children].map(item => [item.dataset.id, item]));
  const isFirstLook = list.dataset.of !== phone;
  list.dataset.of = phone;
  const items = view.messages.map(message => {
    // A payout that came back changes its message: another text is another message.
    const id = `${message.id} ${message.text}`;
    const item = had.get(id) || element('li', undefined, message.sent ? '' : 'note');
    if (!had.has(id)) {
      item.dataset.id = id;
      const at = new Date(message.at);
      const time = element('time', clock(at));
      time.dateTime = message.at;
      item.append(time, element('span', message.text));
    }
    return item;
  });
  const newest = view.messages[0];
  if (newest && !isFirstLook && !had.has(items[0].dataset.id)) {
    setText('announce', newest.text);
    if (find('said').textContent === sent) say('');
  }
  if (items.length !== list.children.length || items.some((item, i) => list.children[i] !== item)) list.replaceChildren(...items);
  find('no-messages').hidden = items.length > 0;
}

/* ---- answering ---- */

async function answer(send) {
  const prompt = shown;
  if (!prompt) return;
  for (const id of ['send', 'cancel']) find(id).disabled = true;
  try {
    const said = await send(prompt);
    if (said.triesLeft) {
      setText('pin-problem', said.text);
      find('pin').value = '';
    } else {
      say(prompt.kind === 'stk' && said.outcome === 'paid' ? sent : '');
      ignored.add(prompt.id);
      view.prompts = view.prompts.filter(other => other.id !== prompt.id);
      showPrompt();
    }
  } catch (problem) {
    if (problem instanceof Refused) say(problem.message, true);
    else trouble();
  } finally {
    for (const id of ['send', 'cancel']) find(id).disabled = false;
    if (shown && shown.id === prompt.id) find('pin').focus();
  }
  wake();
}

find('prompt-form').onsubmit = event => {
  event.preventDefault();
  const pin = find('pin').value;
  if (shown && shown.kind === 'stk' && !/^\d{4}$/.test(pin)) {
    setText('pin-problem', 'A PIN has four digits.');
    find('pin').focus();
    return;
  }
  answer(prompt => prompt.kind === 'stk'
    ? ask('POST', ofPhone('pin'), { id: prompt.id, pin })
    : ask('POST', `${ofPhone('answer')}?id=${encodeURIComponent(prompt.id)}`, { outcome: 'paid' }));
};

find('cancel').onclick = () => answer(prompt => prompt.kind === 'stk'
  ? ask('POST', ofPhone('cancel'), { id: prompt.id })
  : ask('POST', `${ofPhone('answer')}?id=${encodeURIComponent(prompt.id)}`, { outcome: 'recipient_not_registered' }));

find('ignore').onclick = () => {
  if (shown) ignored.add(shown.id);
  showPrompt();
};

find('unignore').onclick = () => {
  const open = view.prompts.find(prompt => ignored.has(prompt.id));
  if (open) ignored.delete(open.id);
  showPrompt();
};

/* ---- paying by hand ---- */

function open(id) {
  for (const button of document.querySelectorAll('[data-opens]')) {
    const isOpen = button.dataset.opens === id;
    button.setAttribute('aria-expanded', String(isOpen));
    find(button.dataset.opens).hidden = !isOpen;
  }
  if (id) find(id).elements[0].focus();
}

for (const button of document.querySelectorAll('[data-opens]')) {
  button.onclick = () => open(button.getAttribute('aria-expanded') === 'true' ? null : button.dataset.opens);
}

for (const id of ['paybill', 'till']) {
  const form = find(id);
  form.elements.shortcode.oninput = () => { form.elements.shortcode.dataset.touched = 'yes'; };
  form.onsubmit = event => { event.preventDefault(); pay(form); };
}

async function pay(form) {
  const fields = Object.fromEntries(new FormData(form));
  const missing = [...form.querySelectorAll('input')].find(input => !input.value.trim());
  if (missing) {
    say(`Fill in: ${missing.parentElement.firstChild.textContent.trim()}.`, true);
    missing.focus();
    return;
  }
  say('Paying…');
  try {
    const paid = await ask('POST', '/simulator/c2b', { ...fields, msisdn: phone });
    const ok = paid.status === 'completed';
    say(ok ? `Paid. Receipt ${paid.receipt}.` : notPaid(paid), !ok);
    form.elements.pin.value = '';
    if (ok) { form.reset(); open(null); document.querySelector(`[data-opens="${form.id}"]`).focus(); }
    else form.elements.pin.focus();
  } catch (problem) {
    if (problem instanceof Refused) say(problem.message, true);
    else trouble();
  }
  wake();
}

function notPaid(report) {
  switch (report.status) {
    case 'rejected': return 'Failed. The shop does not take this payment; no money was taken.';
    case 'cancelled': return 'Failed. The shop could not be asked whether it takes this payment; no money was taken.';
    default:
      return report.resultCode === '2001' ? 'You have entered the wrong PIN. Try again.'
        : report.resultCode === '1' ? 'Failed. You do not have enough money in your M-PESA account.'
        : report.resultCode === '1037' ? 'No network: nothing was sent.'
        : `Failed: ${report.resultDesc}`;
  }
}

find('scan').onsubmit = event => { event.preventDefault(); scan(find('scan').elements.text.value); };

async function scan(text) {
  try {
    const code = await ask('GET', `/simulator/qr?text=${encodeURIComponent(text)}`);
    const fields = find(code.menu).elements;
    fields.shortcode.value = code.shortcode;
    if (fields.account) fields.account.value = code.account;
    fields.amount.value = code.amount;
    say('Scanned. Look at it, then enter your PIN.');
    open(code.menu);
    (code.amount ? fields.pin : fields.amount).focus();
  } catch (problem) {
    if (problem instanceof Refused) { say(problem.message, true); open('scan'); }
    else trouble();
  }
}

/* ---- the drawer: what goes wrong ---- */

const scopes = [
  ['phone', 'This phone', 'As long as a page shows it.'],
  ['all', 'Every phone', 'Until it is switched off, also when this page is closed. A script of a test goes before it.'],
];
const callbacks = [
  ['', 'Comes once', 'As it should.'],
  ['never', 'Is lost', 'The money moves and nobody is told.'],
  ['twice', 'Comes twice', 'The same one, both at once.'],
  ['thrice', 'Comes three times', 'The same one, all at once.'],
  ['late', 'Comes 10 seconds late', 'The money has long moved by then.'],
  ['malformed', 'Is malformed', 'The JSON is cut short; no whole one follows.'],
  ['before-reply', 'Comes before the reply', 'Answer within five seconds: the reply waits no longer.'],
  ['contradicting-first', 'Says no, then says what is true', 'First a false failure, half a second later the truth.'],
  ['contradicted', 'Says what is true, then says no', 'A false failure comes half a second after the truth.'],
];
const replies = [
  ['', 'Arrives', 'As it should.'],
  ['lost', 'Is lost', 'The request is accepted, but the connection is cut before the answer.'],
];
const calm = {
  refuse: 0, fail: 0, loseCallback: 0, loseReply: 0, contradict: 0, duplicate: 0, beforeReply: 0, malformCallback: 0, oddBody: 0, reversePayout: 0,
  queryPending: 0, query4999: 0, query500: 0, queryHtml: 0, queryLate: 0, pullOdd: 0, shuffleMs: 0,
};
const storms = [
  ['calm', 'None', 'Nothing goes wrong by chance.', calm],
  ['wind', 'Wind', 'About one payment in four meets something: a lost, double or late callback, a lost reply.',
    { ...calm, loseCallback: 0.05, duplicate: 0.1, beforeReply: 0.05, loseReply: 0.05, shuffleMs: 3000, queryPending: 0.1 }],
  ['storm', 'Storm', 'Most payments meet something: also malformed and contradicting callbacks, refused requests, errors when asked.',
    { ...calm, refuse: 0.1, loseCallback: 0.2, duplicate: 0.3, beforeReply: 0.15, loseReply: 0.2, contradict: 0.2, malformCallback: 0.15, shuffleMs: 8000,
      queryPending: 0.2, query500: 0.1, queryHtml: 0.1 }],
];

function choices(name, options, change) {
  for (const [value, title, meaning] of options) {
    const input = element('input');
    Object.assign(input, { type: 'radio', name, value });
    input.onchange = () => change(value);
    const text = element('span', `${title} `);
    text.append(element('small', meaning));
    const label = element('label');
    label.append(input, text);
    find(name).append(label);
  }
}

const picked = name => document.querySelector(`input[name="${name}"]:checked`)?.value ?? '';
const pick = (name, value) => { for (const input of document.getElementsByName(name)) input.checked = input.value === value; };
const scope = () => picked('scope') || 'phone';
const pathOf = whose => whose === 'all' ? '/simulator/faults' : ofPhone('faults');

async function put(whose, change) {
  await attempt(async () => {
    const faults = { ...view.faults[whose], ...change };
    await ask('PUT', pathOf(whose), Object.fromEntries(Object.entries(faults).filter(([, value]) => value)));
  });
}

async function attempt(work) {
  try { await work(); } catch (problem) {
    if (problem instanceof Refused) say(problem.message, true);
    else trouble();
  }
  asked++;
  await refresh().catch(trouble);
}

function stormNow() {
  const known = storms.find(([, , , rates]) => Object.entries(rates).every(([name, value]) => (view.rates[name] ?? 0) === value));
  return known ? known[0] : '';
}

function showFaults() {
  const faults = view.faults[scope()];
  pick('callback', faults.callback || '');
  pick('reply', faults.reply || '');
  const storm = stormNow();
  pick('storm', storm);
  const name = (options, value) => (options.find(([known]) => known === value)?.[1] ?? value).toLowerCase();
  const told = (whose, of) => {
    const parts = [of.noNetwork && 'there is no network', of.callback && `the callback ${name(callbacks, of.callback)}`, of.reply && `the reply ${name(replies, of.reply)}`];
    const list = parts.filter(Boolean).join(', ');
    return list && `${whose}: ${list}.`;
  };
  const sentences = [
    told(`Phone ${phone}`, view.faults.phone),
    told('Every phone', view.faults.all),
    storm === 'calm' ? '' : storm ? `${name(storms, storm).replace(/^./, first => first.toUpperCase())} over everything.` : 'Faults by chance, as the settings say.',
  ].filter(Boolean);
  setText('in-force', sentences.join(' ') || 'Everything works.');
  find('in-force').classList.toggle('on', sentences.length > 0);
}

choices('scope', scopes, () => view && showFaults());
choices('callback', callbacks, value => put(scope(), { callback: value }));
choices('reply', replies, value => put(scope(), { reply: value }));
choices('storm', storms, value => attempt(() => ask('PUT', '/simulator/settings', { rates: storms.find(([name]) => name === value)[3] })));
pick('scope', 'phone');
find('no-network').onchange = event => put('phone', { noNetwork: event.target.checked });
find('normal').onclick = () => attempt(async () => {
  await ask('DELETE', pathOf('phone'));
  await ask('DELETE', pathOf('all'));
  await ask('PUT', '/simulator/settings', { rates: calm });
});

/* ---- the drawer: what went each way ---- */

const refusal = answered => answered?.errorMessage || answered?.ResponseDescription || answered?.CustomerMessage || 'in no words';

const requests = [
  [/^\/oauth\//, () => 'Payments asked for an access token', () => 'given'],
  [/^\/mpesa\/stkpush\//, body => `Payments asked for a prompt to ${body.PhoneNumber}, KES ${body.Amount}`],
  [/^\/mpesa\/stkpushquery\//, body => `Payments asked what became of prompt ${body.CheckoutRequestID}`, answered => answered.ResultDesc],
  [/^\/mpesa\/c2b\/v\d\/registerurl/, body => `Payments registered its addresses for Pay Bill ${body.ShortCode}`],
  [/^\/mpesa\/c2b\/v\d\/simulate/, body => `Payments had ${body.Msisdn} pay KES ${body.Amount}`],
  [/^\/mpesa\/b2c\//, body => `Payments asked to send KES ${body.Amount} to ${body.PartyB}`],
  [/^\/mpesa\/b2b\//, body => `Payments asked to pay KES ${body.Amount} to ${body.PartyB}`],
  [/^\/mpesa\/reversal\//, body => `Payments asked to reverse ${body.TransactionID}, KES ${body.Amount}`],
  [/^\/mpesa\/transactionstatus\//, body => `Payments asked what became of ${body.TransactionID || body.OriginalConversationID}`],
  [/^\/mpesa\/accountbalance\//, body => `Payments asked for the balance of ${body.PartyA}`],
  [/^\/pulltransactions\/v1\/register/, body => `Payments registered ${body.ShortCode} for Pull`],
  [/^\/pulltransactions\/v1\/query/, body => `Payments asked for the list of payments to ${body.ShortCode}`, answered => answered.ResponseMessage],
];

function asRequest(item) {
  const body = item.body && typeof item.body === 'object' ? item.body : {};
  const [, words, accepted] = requests.find(([path]) => path.test(item.path)) || [];
  const good = item.status === 200 && item.answer && typeof item.answer === 'object'
    && (item.answer.ResponseCode === undefined || /^0*$|^1000$/.test(item.answer.ResponseCode));
  const outcome = item.status === 0 ? 'no answer, the connection was cut'
    : good ? `answered: ${accepted?.(item.answer) ?? 'accepted'}`
    : typeof item.answer === 'object' ? `answered ${item.status}: ${refusal(item.answer)}`
    : `answered ${item.status} with something that is no JSON`;
  return { isIn: true, bad: !good, text: `${words?.(body) ?? `Payments called ${item.method} ${item.path}`} · ${outcome}`, item };
}

function asDelivery(item) {
  const answered = item.status === 0 ? 'nobody answered' : `answered ${item.status}`;
  return { isIn: false, bad: item.status < 200 || item.status > 299, text: `${delivered(item.body)} · ${answered}`, item };
}

function delivered(body) {
  if (!body || typeof body !== 'object') return 'callback, cut short: no JSON any more';
  const stk = body.Body?.stkCallback;
  if (stk) {
    const receipt = stk.CallbackMetadata?.Item?.find(item => item.Name === 'MpesaReceiptNumber')?.Value;
    return stk.ResultCode === 0 ? `callback: paid, receipt ${receipt ?? 'missing'}` : `callback: not paid, ${stk.ResultCode} ${stk.ResultDesc}`;
  }
  const result = body.Result;
  if (result) return `result: ${Number(result.ResultCode) === 0 ? 'done' : `not done, ${result.ResultCode}`} ${result.ResultDesc}, ${result.TransactionID}`;
  if (body.TransID) {
    const payment = `KES ${body.TransAmount} to ${body.BusinessShortCode}${body.BillRefNumber ? `, account ${body.BillRefNumber}` : ''}`;
    // Only a confirmation knows the new balance of the Pay Bill.
    return body.OrgAccountBalance ? `confirmation: paid ${payment}, receipt ${body.TransID}` : `validation: may somebody pay ${payment}?`;
  }
  return 'message of another kind';
}

async function refreshLog() {
  const [came, went] = await Promise.all([ask('GET', '/simulator/requests?last=40'), ask('GET', '/simulator/deliveries?last=40')]);
  const lines = [...came.items.map(asRequest), ...went.items.map(asDelivery)].sort((a, b) => a.item.at < b.item.at ? 1 : a.item.at > b.item.at ? -1 : 0).slice(0, 40);
  const list = find('log');
  const had = new Map([...list.children].map(row => [row.dataset.id, row]));
  const seen = new Map();
  const rows = lines.map(line => {
    // Two of the same instant: the second gets a number.
    const name = `${line.isIn} ${line.item.at} ${line.item.path}`;
    const id = `${name} ${seen.set(name, (seen.get(name) ?? 0) + 1).get(name)}`;
    return had.get(id) || row(line, id);
  });
  // Rows that stay are left where they are: one that is open or has the keyboard keeps both.
  const kept = new Set(rows);
  for (const old of had.values()) if (!kept.has(old)) old.remove();
  rows.forEach((made, i) => { if (list.children[i] !== made) list.insertBefore(made, list.children[i] ?? null); });
  find('no-log').hidden = rows.length > 0;
}

function row({ isIn, bad, text, item }, id) {
  const made = element('li', undefined, bad ? 'bad' : '');
  made.dataset.id = id;
  const details = element('details');
  const summary = element('summary');
  const at = new Date(item.at);
  const time = element('time', clock(at));
  time.dateTime = item.at;
  summary.append(time, ' ', element('span', undefined, isIn ? 'way in' : 'way out'), ` ${text}`);
  details.append(summary);
  details.ontoggle = () => {
    if (!details.open || details.children.length > 1) return;
    details.append(
      element('h4', `${item.method} ${item.path}`), element('pre', pretty(item.body)),
      element('h4', item.status === 0 ? 'No answer' : `Answer, HTTP ${item.status}`), element('pre', pretty(item.answer)));
  };
  made.append(details);
  return made;
}

const pretty = value => value === null || value === undefined ? '(empty)' : typeof value === 'string' ? value : JSON.stringify(value, null, 2);

/* ---- keeping up ---- */

function trouble() { setText('trouble', 'The simulator does not answer. This page goes on asking.'); }

find('drawer-toggle').onclick = () => {
  const drawer = find('drawer');
  drawer.hidden = !drawer.hidden;
  document.body.classList.toggle('alone', drawer.hidden);
  find('drawer-toggle').setAttribute('aria-expanded', String(!drawer.hidden));
  setText('drawer-toggle', drawer.hidden ? 'Show the drawer' : 'Hide the drawer');
};
find('phone-choice').onchange = event => choose(event.target.value);
find('phone-form').onsubmit = event => {
  event.preventDefault();
  choose(find('phone-number').value);
  find('phone-number').value = '';
};

let wakeUp = () => { };
const wake = () => wakeUp();
document.addEventListener('visibilitychange', wake);
addEventListener('pageshow', () => { isLeaving = false; wake(); });
addEventListener('pagehide', () => { isLeaving = true; letGo(); });

async function live() {
  for (;;) {
    const woken = new Promise(wakened => { wakeUp = wakened; });
    try {
      await refresh();
      if (!document.hidden && !find('drawer').hidden) await refreshLog();
      setText('trouble', '');
    } catch { trouble(); }
    await Promise.race([woken, new Promise(done => setTimeout(done, document.hidden ? 5000 : 1000))]);
  }
}

if (compact) {
  document.body.classList.add('compact', 'alone');
  find('top').classList.add('unseen');
  find('drawer').hidden = true;
  find('drawer-toggle').hidden = true;
}
const qr = query.get('qr');
phone = usual;
listPhones();
if (query.has('phone')) choose(query.get('phone'));
if (qr !== null) scan(qr);
live();
