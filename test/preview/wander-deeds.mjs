// What a walk by chance (wander.mjs) is made of. Functions that are handed to page.evaluate run in the page and know nothing of this file.

/** Numbers from 0 to 1, the same for one seed (xorshift32). @param {number} seed */
export function byChance(seed) {
  let state = (Math.imul(seed, 2_654_435_761) ^ 0x9e3779b9) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 4_294_967_296;
  };
}

/** What a hand does without looking. Escape, Tab and Enter more often than others. */
export const keys = ['Escape', 'Escape', 'Tab', 'Tab', 'Shift+Tab', 'Enter', 'Enter', ' ', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End', 'PageUp', 'PageDown', 'Delete', 'Backspace', 'Control+a', 'Shift+ArrowUp', 'Shift+ArrowDown', 'Shift+F10', 'Control+k', 'Control+n', 'Control+f', 'Control+Shift+F', 'Control+i', 'Control+Shift+V', 'F6', 'Shift+F6', 'Control+,', 'F1', 'Control+/', 'Control+d', 'Alt+ArrowDown', 'Alt+ArrowUp', 'Control+1', 'Control+2', 'Control+3', 'r', 'e', 'f', 's', '+', 'Control+l'];
export const words = ['hello', 'ü', 'the', 'نور', '👍', 'a'.repeat(300), '  ', 'keyshift:i/1/abc', 'line'];

/** In the page: something that can be pressed in what lies uppermost, and where. `met()`: whether the last press met it, which what was drawn since decides as well. @param {number} chance */
export function target(chance) {
  const uppermost = [...document.querySelectorAll('[role="dialog"], [role="menu"], [role="alertdialog"], [role="listbox"]')].filter((one) => one.checkVisibility()).at(-1) ?? document.body;
  const all = [...uppermost.querySelectorAll('button, [role="tab"], [role="menuitem"], [role="radio"], [role="switch"], [role="option"], input, textarea, select, summary, article')].filter((one) => one.checkVisibility() && one.closest('[inert]') === null && !one.disabled);
  const chosen = all[Math.floor(chance * all.length)];
  if (chosen === undefined) return undefined;
  chosen.scrollIntoView({ block: 'nearest' });
  const { x, y, width, height } = chosen.getBoundingClientRect();
  let hasMet = false;
  document.addEventListener('pointerdown', ({ target: pressed }) => { hasMet = pressed instanceof Node && chosen.contains(pressed); }, { capture: true, once: true });
  window.met = () => hasMet;
  return {
    x: x + width / 2,
    y: y + height / 2,
    name: `${chosen.getAttribute('role') ?? chosen.tagName.toLowerCase()} “${(chosen.getAttribute('aria-label') ?? chosen.textContent ?? '').trim().slice(0, 40)}”`,
    takesText: chosen.matches('textarea, input:not([type="checkbox"], [type="radio"], [type="range"])'),
  };
}

/** In the page: from now on answers take up to 0.6 s and some calls are refused for a full disk; `others()` is what another person or another own device does. @param {number} seed */
export function disturb(seed) {
  let state = (Math.imul(seed, 747_796_405) ^ 11) >>> 0 || 1;
  const chance = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 4_294_967_296;
  };
  const pick = (list) => list[Math.floor(chance() * list.length)];
  const { world, receive, tellReach, emit } = window.fake;
  world.delays.get = () => new Promise((answer) => setTimeout(answer, chance() < 0.7 ? chance() * 30 : chance() * 600));
  // What opens a window, or asks for what it shows, is not what this is about.
  const always = /^(settings\.get|vault\.(status|unlock)|[a-z]+\.(list|status|requests)|desktop\.looking)$/;
  world.failing.get = (name) => (always.test(name) || chance() > 0.04 ? undefined : 'disk.full');
  window.others = () => {
    const talk = pick(world.conversations);
    if (talk === undefined || world.vault !== 'open') return 'nothing';
    const { conversationId } = talk;
    const message = (world.messages.get(conversationId) ?? []).at(-1 - Math.floor(chance() * 12));
    const contact = pick(world.contacts);
    const { messages, contacts, conversations } = window.keyshift;
    const deeds = {
      write: () => receive(conversationId, `other ${Math.floor(chance() * 1e6)}`),
      'write more': () => receive(conversationId, `other ${Math.floor(chance() * 1e6)}`),
      'write on': () => receive(conversationId, `other ${Math.floor(chance() * 1e6)}`),
      delete: () => message && messages.delete({ messageId: message.messageId }),
      edit: () => message?.direction === 'out' && messages.edit({ messageId: message.messageId, text: `edited ${Math.floor(chance() * 1e6)}` }),
      react: () => message && messages.react({ messageId: message.messageId, emoji: '👍', ...(chance() < 0.5 && { remove: true }) }),
      rename: () => contacts.rename({ contactId: contact.contactId, name: `Name ${Math.floor(chance() * 100)}` }),
      reach: () => tellReach(contact.contactId, { reach: pick(['direct', 'waiting', 'lan', 'mailbox']) }),
      read: () => conversations.markRead({ conversationId }),
      move: () => chance() < 0.25 && emit({ type: 'messages.moved', conversationId }),
      show: () => chance() < 0.25 && emit({ type: 'desktop.show', conversationId }),
    };
    const name = pick(Object.keys(deeds));
    deeds[name]();
    return name;
  };
}

/** In the page: answers come at once again, and nothing is refused. */
export function rest() {
  window.fake.world.delays.get = () => undefined;
  window.fake.world.failing.get = () => undefined;
}

/** In the page: goes to the conversation in which something was said last, and tells what of its last three messages is not seen there in their order. */
export async function showsWhatWasSaid() {
  const { world, emit } = window.fake;
  const conversationId = world.conversations[0]?.conversationId;
  if (conversationId === undefined) return undefined;
  emit({ type: 'desktop.show', conversationId });
  await new Promise((drawn) => setTimeout(drawn, 600));
  // Strangers' signs that hide or pile up are shown as others.
  const plain = (text) => text.replace(/[^\p{L}\p{N} ]/gu, '').trim();
  const said = (world.messages.get(conversationId) ?? []).filter(({ kind }) => kind === 'text').slice(-3).map(({ text }) => plain(text.trim().split('\n')[0] ?? '').slice(0, 12));
  const shown = [...document.querySelectorAll('[role="feed"] article')].map((one) => plain(one.textContent ?? ''));
  let next = 0;
  for (const text of shown) if (next < said.length && text.includes(said[next] ?? '')) next += 1;
  return next === said.length ? undefined : `said was ${JSON.stringify(said)}, shown is ${JSON.stringify(shown.slice(-4).map((text) => text.slice(0, 60)))}`;
}
