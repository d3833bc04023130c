// @ts-nocheck: this runs in a page, and scripts are checked without one.
// What `bench/pauses-window.mjs` runs inside the page. Each function is sent there as text: it may use nothing of this file.

/** Removes the longest conversation of a large profile, which is the first contact's one without a title (test/bench/large-profile.ts). */
export async function removeFirst() {
  const { value: conversations } = await window.keyshift.conversations.list();
  const { conversationId } = conversations.find(({ contactId, title }) => contactId === '0'.padStart(32, 'c') && title === '');
  await window.keyshift.conversations.remove({ conversationId });
}

/** Deletes the contact it is with, and with them their other conversations. */
export async function removeFirstContact() {
  await window.keyshift.contacts.remove({ contactId: '0'.padStart(32, 'c') });
}

export function startLongTasks() {
  const bench = window.keyshiftLarge;
  bench.long = 0;
  bench.observer = new PerformanceObserver((list) => (bench.long += list.getEntries().length));
  bench.observer.observe({ type: 'longtask' });
}

export function stopLongTasks() {
  const bench = window.keyshiftLarge;
  bench.observer.disconnect();
  return bench.long;
}
