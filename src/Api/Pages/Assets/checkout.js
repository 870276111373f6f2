// Payments in a dialog of your own page:
//   <script src="https://pay.example.co.ke/js/checkout.js"></script>
//   Payments.open({ id, clientSecret, onPaid: () => location = '/thanks', onClosed: () => {} });
// Your page's origin has to be in Cors__Origins. What the dialog says is for the eye only: ask your own server whether it is paid.
'use strict';
window.Payments = (() => {
  const base = new URL(document.currentScript.src).origin;
  const key = 'payments-checkout';
  let now = null;

  function keep(what) {
    try {
      if (what) sessionStorage.setItem(key, JSON.stringify(what));
      else sessionStorage.removeItem(key);
    } catch { /* Without storage it only does not go on after a reload. */ }
  }

  function kept() {
    try {
      return JSON.parse(sessionStorage.getItem(key) ?? 'null');
    } catch {
      return null;
    }
  }

  function open({ id, clientSecret, language, onPaid, onClosed, onStatus } = {}) {
    if (typeof id !== 'string' || typeof clientSecret !== 'string' || !clientSecret.startsWith(id)) {
      throw new TypeError('Payments.open wants the id and the clientSecret of one checkout.');
    }
    if (now) now.close(false);
    const back = document.activeElement;
    const dialog = document.createElement('dialog');
    const frame = document.createElement('iframe');
    const leave = document.createElement('button');
    const swahili = (language ?? document.documentElement.lang ?? '').startsWith('sw');
    dialog.setAttribute('aria-label', swahili ? 'Lipa kwa M-PESA' : 'Pay with M-PESA');
    dialog.style.cssText = 'border:0;padding:0;width:min(30rem,100vw);height:min(46rem,100dvh);max-width:100vw;max-height:100dvh;border-radius:12px;overflow:hidden';
    frame.style.cssText = 'border:0;width:100%;height:100%;display:block';
    frame.title = dialog.getAttribute('aria-label');
    frame.allow = 'clipboard-write';
    frame.src = `${base}/pay/${encodeURIComponent(id)}${language ? `?lang=${encodeURIComponent(language)}` : ''}#${encodeURIComponent(clientSecret)}`;
    leave.type = 'button';
    leave.textContent = '×';
    leave.setAttribute('aria-label', swahili ? 'Funga' : 'Close');
    leave.style.cssText = 'position:absolute;right:8px;top:8px;width:44px;height:44px;border:0;border-radius:22px;background:#fff;color:#000;font:24px/1 sans-serif;cursor:pointer';
    dialog.append(leave, frame);
    document.body.append(dialog);
    let status = null, isPaid = false;

    function heard(event) {
      if (event.origin !== base || event.source !== frame.contentWindow) return;
      if (event.data?.payments === 'ready') {
        frame.contentWindow.postMessage({ payments: 'hello' }, base);
        return;
      }
      if (event.data?.payments !== id) return;
      if (event.data.event === 'close') {
        close(true);
      } else if (event.data.event === 'status') {
        status = event.data.status;
        onStatus?.(status);
        if (status === 'paid' && !isPaid) {
          isPaid = true;
          keep(null);
          onPaid?.({ id });
        }
      }
    }

    function close(tells) {
      if (now?.dialog !== dialog) return;
      now = null;
      keep(null);
      removeEventListener('message', heard);
      dialog.close();
      dialog.remove();
      back?.focus?.();
      if (tells) onClosed?.({ id, status });
    }

    addEventListener('message', heard);
    leave.addEventListener('click', () => close(true));
    dialog.addEventListener('cancel', event => { event.preventDefault(); close(true); });
    now = { dialog, close };
    keep({ id, clientSecret, language });
    dialog.showModal();
    return { close: () => close(true) };
  }

  // Call it when your page loads: a dialog that was open when the page was reloaded opens again. False when there was none.
  function resume(callbacks = {}) {
    const what = kept();
    if (!what) return false;
    open({ ...callbacks, ...what });
    return true;
  }

  return { open, resume };
})();
