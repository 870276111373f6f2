document.documentElement.className = 'js';
window.pay = { secret: location.hash.slice(1) };
pay.load = () => fetch(location.pathname + '/view' + location.search, { headers: { Authorization: 'Bearer ' + pay.secret }, cache: 'no-store' });
if (pay.secret) pay.first = pay.load().then(async answer => ({ status: answer.status, html: await answer.text() }), () => ({ status: 0 }));
pay.shown = new Promise(done => document.addEventListener('DOMContentLoaded', async () => {
  const view = document.getElementById('view');
  if (pay.first) {
    const { status, html } = await pay.first;
    if (status === 200 || status === 404) view.innerHTML = html;
  } else if (!view.querySelector('.card[data-status]')) {
    view.replaceChildren(document.getElementById('incomplete').content.cloneNode(true));
  }
  // Only now: until here every byte of a slow line is for what is to be seen, and the forms work without it.
  const script = document.createElement('script');
  script.src = document.body.dataset.script;
  document.head.append(script);
  done();
}));
