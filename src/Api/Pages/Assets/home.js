// The pay page and a phone, side by side: what a shopper and his phone see of one checkout.
'use strict';
(() => {
  const windows = document.getElementById('windows');
  const id = new URLSearchParams(location.search).get('checkout');
  const secret = location.hash.slice(1);
  if (!id || !/^chk_[0-9a-f]+$/.test(id) || !secret) return;
  for (const [title, address] of [['The pay page', `/pay/${id}#${secret}`], ['The phone', windows.dataset.phone]]) {
    const frame = document.createElement('iframe');
    frame.title = title;
    frame.src = address;
    windows.append(frame);
  }
  windows.hidden = false;
  windows.scrollIntoView();
})();
