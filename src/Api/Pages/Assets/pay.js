// The pay page once it is open: keeps what it shows up to date and sends its forms without leaving it. Everything shown is made by the server; without
// this file the forms still work, and the page can be reloaded.
'use strict';
(() => {
  const { body } = document;
  const id = body.dataset.id;
  const view = document.getElementById('view');
  const line = document.getElementById('line');
  const say = document.getElementById('say');
  const pause = ms => new Promise(done => setTimeout(done, ms));
  const card = () => view.querySelector('.card[data-version]');
  const isOver = () => ['paid', 'expired', 'cancelled'].includes(card()?.dataset.status);
  let heading = '', reading = null, told = '', host = null;

  // A page the server made for a browser with a cookie brings its secret along.
  if (!pay.secret) pay.secret = card()?.dataset.secret ?? '';

  function trouble(text) {
    line.hidden = !text;
    line.textContent = text ?? '';
  }

  function shown() {
    const now = card();
    if (!now) return;
    pay.secret = now.dataset.secret;
    recall();
    if (heading && heading !== now.dataset.say) say.textContent = now.dataset.say;
    heading = now.dataset.say;
    keepLanguageLink();
    countDown();
    tell();
  }

  // What was typed, what was opened and where the cursor stood stay, whatever is put in place of the old view.
  function show(html, isAnswer) {
    remember();
    const open = [...view.querySelectorAll('details')].filter(one => one.open).map(one => one.id);
    const focused = view.contains(document.activeElement) ? document.activeElement : null;
    view.innerHTML = html;
    for (const name of open) document.getElementById(name)?.setAttribute('open', '');
    shown();
    const wrong = isAnswer && view.querySelector('[aria-invalid]');
    if (wrong) wrong.focus();
    else if (isAnswer || focused) ((focused?.id && document.getElementById(focused.id)) || heading1())?.focus();
  }

  // The number outlives the waiting between two tries, a reload and a change of the language; another visitor of this browser does not see it.
  function remember() {
    const phone = document.getElementById('phone');
    try {
      if (phone) sessionStorage.setItem(`phone ${id}`, phone.value);
    } catch { /* Without storage it is typed again. */ }
  }
  function recall() {
    const phone = document.getElementById('phone');
    try {
      if (phone && !phone.value) phone.value = sessionStorage.getItem(`phone ${id}`) ?? '';
    } catch { /* Without storage it is typed again. */ }
  }
  addEventListener('pagehide', remember);

  function heading1() {
    const first = view.querySelector('h1');
    first?.setAttribute('tabindex', '-1');
    return first;
  }

  // One look at a time; true when there was an answer.
  async function refresh() {
    try {
      const answer = await pay.load();
      if (answer.status !== 200 && answer.status !== 404) throw new Error(answer.status);
      const html = await answer.text();
      trouble();
      show(html);
      return true;
    } catch (failure) {
      trouble(navigator.onLine === false || failure instanceof TypeError ? body.dataset.lineLost : body.dataset.away);
      return false;
    }
  }

  // Each change is told as it happens. Where that does not work, the page looks every few seconds.
  async function watch() {
    let wait = 1000;
    while (pay.secret && card() && !isOver()) {
      try {
        wait = await listen() ? 1000 : wait;
      } catch { /* The line was cut, or a proxy lets no stream through. */ }
      if (isOver()) break;
      if (!await refresh()) wait = Math.min(wait * 2, 5000);
      await pause(wait);
      if (wait < 3000) wait = 3000;
    }
    watching = false;
  }

  async function listen() {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), 40000);
    reading = silence;
    try {
      const answer = await fetch(`/api/checkouts/${id}/events`, { headers: { Authorization: 'Bearer ' + pay.secret }, signal: silence.signal, cache: 'no-store' });
      if (!answer.ok || !answer.body) return false;
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      while (true) {
        const { value, done } = await reader.read();
        if (done) return true;
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), 40000);
        text += value;
        const events = text.split('\n\n');
        text = events.pop();
        for (const one of events) {
          const version = /^id: (\d+)$/m.exec(one)?.[1];
          if (version && Number(version) > Number(card()?.dataset.version ?? -1)) await refresh();
        }
      }
    } finally {
      clearTimeout(timer);
    }
  }

  let watching = false;
  function follow() {
    if (watching || isOver() || !card()) return;
    watching = true;
    watch();
  }

  document.addEventListener('submit', async event => {
    const form = event.target;
    if (!view.contains(form) || !pay.secret) return;
    event.preventDefault();
    const button = form.querySelector('button[type=submit]');
    remember();
    if (button.getAttribute('aria-disabled') === 'true') return;
    button.setAttribute('aria-disabled', 'true');
    const address = new URL(form.action);
    try {
      const answer = await fetch(address.pathname + '/view' + address.search, { method: 'POST', body: new URLSearchParams(new FormData(form)), headers: { Authorization: 'Bearer ' + pay.secret } });
      if (!answer.headers.get('Content-Type')?.startsWith('text/html')) throw new Error(answer.status);
      trouble();
      show(await answer.text(), true);
    } catch {
      // Whether it arrived is not known: it is never sent again by itself. The page looks what became of it.
      trouble(body.dataset.lineLost);
      button.removeAttribute('aria-disabled');
      refresh();
    }
    follow();
  });

  document.addEventListener('click', async event => {
    const one = event.target.closest('[data-copy], [data-print], #language');
    if (!one) return;
    if (one.id === 'language') {
      // The secret stands behind the #, which a link by itself would drop.
      event.preventDefault();
      location.assign(one.pathname + one.search + '#' + encodeURIComponent(pay.secret));
      if (location.pathname === one.pathname && location.search === one.search) location.reload();
    } else if ('print' in one.dataset) {
      print();
    } else {
      await copy(one.dataset.copy);
      const label = one.firstElementChild;
      const before = label.textContent;
      label.textContent = say.textContent = one.dataset.done;
      setTimeout(() => { label.textContent = before; }, 2000);
    }
  });

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const field = document.createElement('textarea');
      field.value = text;
      document.body.append(field);
      field.select();
      document.execCommand('copy');
      field.remove();
    }
  }

  function keepLanguageLink() {
    const link = document.getElementById('language');
    link.hash = encodeURIComponent(pay.secret);
  }

  let ticking = 0;
  function countDown() {
    clearInterval(ticking);
    const clock = view.querySelector('[data-seconds]');
    const button = view.querySelector('[data-after-wait]');
    if (!clock) return;
    const end = performance.now() + Number(clock.dataset.seconds) * 1000;
    const tick = () => {
      const left = Math.ceil((end - performance.now()) / 1000);
      clock.textContent = `${Math.floor(Math.max(left, 0) / 60)}:${String(Math.max(left, 0) % 60).padStart(2, '0')}`;
      if (left <= 0) {
        clearInterval(ticking);
        clock.parentElement.remove();
        button?.removeAttribute('aria-disabled');
      }
    };
    button?.setAttribute('aria-disabled', 'true');
    ticking = setInterval(tick, 500);
    tick();
  }

  // In a dialog: the shop's page is told what happened, and only the one that said so of itself from an origin that may frame this page.
  const origins = body.dataset.origins.split(' ').filter(Boolean);
  addEventListener('message', event => {
    if (event.source !== parent || !origins.includes(event.origin) || event.data?.payments !== 'hello') return;
    host = event.origin;
    told = '';
    tell();
  });
  if (parent !== window) {
    body.classList.add('framed');

    // To any page that frames it, and only that it listens now: the answer shows which page that is.
    parent.postMessage({ payments: 'ready' }, '*');
    addEventListener('keydown', event => { if (event.key === 'Escape') post({ event: 'close' }); });
    document.addEventListener('click', event => {
      if (event.target.closest('[data-return]') && host) {
        event.preventDefault();
        post({ event: 'close' });
      }
    });
  }
  function post(message) {
    if (host) parent.postMessage({ payments: id, ...message }, host);
  }
  function tell() {
    const now = card();
    if (!host || !now || told === now.dataset.version) return;
    told = now.dataset.version;
    post({ event: 'status', status: now.dataset.status, version: Number(now.dataset.version) });
  }

  // Back from another page, from another app, from no network: what is shown may be old.
  addEventListener('pageshow', event => { if (event.persisted) { refresh(); follow(); } });
  addEventListener('online', () => { reading?.abort(); refresh().then(follow); });
  document.addEventListener('visibilitychange', () => { if (!document.hidden && card() && !isOver()) refresh().then(follow); });

  (async () => {
    const first = pay.first ? await pay.first : { status: 200 };
    await pay.shown;
    if (first.status !== 200 && first.status !== 404) {
      trouble(first.status ? body.dataset.away : body.dataset.lineLost);
      while (!await refresh()) await pause(3000);
    }
    shown();
    follow();
  })();
})();
