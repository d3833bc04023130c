// @ts-nocheck: this runs in a page, and scripts are checked without one.
// What `bench/window.mjs` runs inside the pages. Each function is sent there as text: it may use nothing of this file.

/**
 * Notes when Enter is pressed and when messages with a number, `#12#`, are painted. Times are milliseconds of the page's
 * own clock, as time since 1970. Enter counts from when the browser has the key (the event's own time), before the page
 * hears of it. A message counts as painted in the first task after the frame that holds it: the callback before that
 * frame is asked for when the element appears, and what is posted within it runs behind style, layout and paint.
 */
export function watchPage() {
  /** @type {Map<number, number>} */
  const times = new Map();
  /** @type {Map<number, (time: number) => void>} */
  const waiting = new Map();
  const clock = (time = performance.now()) => performance.timeOrigin + time;
  const note = (number) => {
    const channel = new MessageChannel();
    channel.port1.addEventListener('message', () => {
      const time = clock();
      times.set(number, time);
      waiting.get(number)?.(time);
      channel.port1.close();
    });
    channel.port1.start();
    requestAnimationFrame(() => channel.port2.postMessage(undefined));
  };
  const bench = {
    entered: 0,
    painted: (number) => new Promise((resolve) => {
      const time = times.get(number);
      if (time === undefined) waiting.set(number, resolve);
      else resolve(time);
    }),
  };
  window.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') bench.entered = clock(event.timeStamp);
  }, { capture: true });
  const seen = new Set();
  new MutationObserver((records) => {
    for (const { addedNodes } of records) {
      for (const node of addedNodes) {
        if (!(node instanceof HTMLElement)) continue;
        const article = node.closest('article, [role="article"]') ?? node.querySelector('article, [role="article"]');
        const number = /#(\d+)#/.exec(article?.textContent ?? '')?.[1];
        if (number === undefined || seen.has(number)) continue;
        seen.add(number);
        note(Number(number));
      }
    }
  }).observe(document.body, { childList: true, subtree: true });
  Object.assign(window, { keyshiftBench: bench });
}

/**
 * How far the page's clock is behind the system's, in milliseconds: seen where `Date.now` turns to the next millisecond.
 * `performance.timeOrigin` was read once, at the page's start, and each process did so at another moment; the system's
 * clock is one for both.
 */
export function calibrate() {
  const behind = [];
  for (let turn = 0; turn < 15; turn += 1) {
    const before = Date.now();
    let now = before;
    while (now === before) now = Date.now();
    behind.push(now - (performance.timeOrigin + performance.now()));
  }
  behind.sort((a, b) => a - b);
  return behind[7] ?? 0;
}
