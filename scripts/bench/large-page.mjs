// @ts-nocheck: this runs in a page, and scripts are checked without one.
// What `bench/large-window.mjs` runs inside the page. Each function is sent there as text: it may use nothing of this file.

/**
 * Notes how long after a key the page was painted. A key counts from the event's own time; painted is the first task behind the frame that holds
 * what the key changed: for a letter the next frame, for another conversation the frame with the first message of it.
 */
export function watchLarge() {
  const painted = (done) => {
    const channel = new MessageChannel();
    channel.port1.addEventListener('message', () => {
      done(performance.now());
      channel.port1.close();
    });
    channel.port1.start();
    requestAnimationFrame(() => channel.port2.postMessage(undefined));
  };
  const bench = { letters: [], switches: [], frames: [], switched: undefined };
  let letter = 0;
  let turn;
  window.addEventListener('keydown', (event) => {
    if (event.altKey && event.key.startsWith('Arrow')) turn = event.timeStamp;
    else if (event.key.length === 1) letter = event.timeStamp;
  }, { capture: true });
  window.addEventListener('input', () => {
    const from = letter;
    painted((time) => bench.letters.push(time - from));
  }, { capture: true });
  new MutationObserver((records) => {
    if (turn === undefined) return;
    for (const { addedNodes } of records) {
      for (const node of addedNodes) {
        if (!(node instanceof HTMLElement) || (!node.matches('article, [role="article"]') && node.querySelector('article, [role="article"]') === null)) continue;
        const from = turn;
        turn = undefined;
        painted((time) => {
          bench.switches.push(time - from);
          bench.switched?.();
        });
        return;
      }
    }
  }).observe(document.body, { childList: true, subtree: true });
  Object.assign(window, { keyshiftLarge: bench });
}

/** Resolves when another conversation is painted, or after two seconds without a message. */
export function nextSwitch() {
  const bench = window.keyshiftLarge;
  const before = bench.switches.length;
  return new Promise((resolve) => {
    if (before < bench.switches.length) resolve();
    bench.switched = resolve;
    setTimeout(resolve, 2_000);
  });
}

/** Milliseconds between frames, from now until `stopFrames`. */
export function startFrames() {
  const bench = window.keyshiftLarge;
  let last = performance.now();
  bench.frames = [];
  bench.measuring = true;
  const frame = (time) => {
    bench.frames.push(time - last);
    last = time;
    if (bench.measuring) requestAnimationFrame(frame);
  };
  requestAnimationFrame((time) => {
    last = time;
    requestAnimationFrame(frame);
  });
}

export function stopFrames() {
  const bench = window.keyshiftLarge;
  bench.measuring = false;
  return { frames: bench.frames, messages: document.querySelectorAll('article, [role="article"]').length };
}

/** Milliseconds since 1970 at which the page first showed something. */
export function firstPaint() {
  return new Promise((resolve) => {
    const look = () => {
      const [entry] = performance.getEntriesByName('first-contentful-paint');
      if (entry === undefined) setTimeout(look, 5);
      else resolve(performance.timeOrigin + entry.startTime);
    };
    look();
  });
}

/** Milliseconds since 1970 at which the list of conversations was painted. */
export function listPainted() {
  return new Promise((resolve) => {
    const look = () => {
      if (document.querySelector('.list-pane') === null) {
        requestAnimationFrame(look);
        return;
      }
      const channel = new MessageChannel();
      channel.port1.addEventListener('message', () => {
        resolve(performance.timeOrigin + performance.now());
        channel.port1.close();
      });
      channel.port1.start();
      requestAnimationFrame(() => channel.port2.postMessage(undefined));
    };
    look();
  });
}
