import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test, type ElectronApplication, type Page } from '@playwright/test';
import * as z from 'zod';
import { callNames, findCall } from '../../shared/contract/contract';
import { isErrorCode } from '../../shared/errors';
import { sampleInputs } from '../support/fake-handlers';
import { hostileLinks } from '../support/hostile-links';
import { markup, strangersCorpus, unsafeInMessages, unsafeInNames } from '../support/strangers-corpus';
import { loadedWindow } from './support/app';
import { ordinaryStart, type OrdinaryStart } from './support/ordinary-user';

// The page taken over, in the real window: in Chromium's sandbox, through the real preload, and with Electron's own IPC in its hands.
interface Raw {
  readonly facts: { readonly sandboxed: boolean; readonly isolated: boolean };
  readonly kinds: readonly string[];
  bring(name: string, kind: string): Promise<unknown>;
  invoke(channel: string, ...args: unknown[]): Promise<unknown>;
  send(channel: string, ...args: unknown[]): void;
}
type Hostile = typeof globalThis & { raw: Raw };
/** What the main process was brought to do outside of itself. */
interface Watch {
  readonly dialogs: string[];
  readonly opened: string[];
}
type Watching = typeof globalThis & { keyshiftOutside: Watch };

const passphrase = 'hostile page 8d1f violet harbour lantern';
let start: OrdinaryStart;
let app: ElectronApplication;
let page: Page;

const outside = (): Promise<Watch> => app.evaluate(() => (globalThis as Watching).keyshiftOutside);
const filesOfHome = (): string[] => readdirSync(start.home, { recursive: true, encoding: 'utf8' }).filter((path) => !path.startsWith('profile') && !path.startsWith('.')).toSorted();

/** All that a window shows of the person's things. */
const everything = (): Promise<string> =>
  page.evaluate(async () => {
    const { vault, identity, contacts, conversations, settings, profiles, devices, authorities, mailbox, dictionary } = globalThis.window.keyshift;
    return JSON.stringify(await Promise.all([vault.status(), identity.get(), identity.keyHistory(), contacts.list(), contacts.requests(), conversations.list(), settings.get(), profiles.list(), devices.list(), devices.requests(), authorities.list(), mailbox.status(), dictionary.words()]));
  });

test.describe.configure({ mode: 'serial' });

test.beforeAll(async () => {
  start = ordinaryStart('hostile');
  app = await start.open();
  page = await loadedWindow(app);
  await app.evaluate(({ dialog, shell, session, BrowserWindow }, raw) => {
    const watch: Watch = { dialogs: [], opened: [] };
    Object.assign(globalThis, { keyshiftOutside: watch });
    for (const name of ['showSaveDialog', 'showOpenDialog', 'showMessageBox'] as const) {
      Object.assign(dialog, { [name]: async () => (watch.dialogs.push(name), { canceled: true, filePaths: [], response: 0 }) });
    }
    Object.assign(shell, { openExternal: async (url: string) => void watch.opened.push(url), openPath: async (path: string) => (watch.opened.push(path), '') });
    // A display without a window manager gives nobody the focus.
    for (const window of BrowserWindow.getAllWindows()) window.isFocused = () => true;
    // The older name: the newer one is not in every runtime's typings.
    const own = session.fromPartition('keyshift-page') as unknown as { setPreloads?(paths: string[]): void; registerPreloadScript?(script: { type: 'frame'; filePath: string }): void };
    if (own.registerPreloadScript) own.registerPreloadScript({ type: 'frame', filePath: raw });
    else own.setPreloads?.([raw]);
  }, resolve('test/e2e/support/raw-preload.cjs'));
  await page.reload();
  await page.waitForFunction(() => document.getElementById('root')?.childElementCount);
  expect(await page.evaluate((words) => globalThis.window.keyshift.vault.create({ passphrase: words, name: 'Ann' }), passphrase)).toMatchObject({ ok: true });
});

test.afterAll(async () => {
  await app?.close();
  start?.release();
});

test('row 2: the process of the page is in the sandbox, and says so', async () => {
  test.skip(!start.sandboxed, 'another user cannot reach the runtime here');
  expect(await page.evaluate(() => (globalThis as Hostile).raw.facts)).toEqual({ sandboxed: true, isolated: true });
  if (process.platform !== 'linux') return;
  const pages = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map(({ webContents }) => webContents.getOSProcessId()));
  expect(pages).toHaveLength(1);
  for (const pid of pages) {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    // A filter of system calls, no new rights, and no right of its own.
    expect([/^Seccomp:\s+(\d)/m.exec(status)?.[1], /^NoNewPrivs:\s+(\d)/m.exec(status)?.[1], /^CapEff:\s+0*([0-9a-f])/m.exec(status)?.[1]]).toEqual(['2', '1', '0']);
  }
});

test('A86 row 13: objects that are polluted, huge, endless or no data get a code for an answer, whichever call they are brought to, and change nothing', async () => {
  const before = await everything();
  const calls = ['vault.unlock', 'identity.exportPrivate', 'messages.send', 'settings.set', 'no.call'];
  const replies = await page.evaluate(async (names) => {
    const { raw } = globalThis as Hostile;
    return Promise.all(names.flatMap((name) => raw.kinds.map(async (kind) => [`${name} with ${kind}`, await raw.bring(name, kind).catch(() => 'not brought')] as const)));
  }, calls);
  expect(replies.length).toBe(calls.length * 16);
  const odd = replies.filter(([what, reply]) => {
    // The runtime itself cannot read back what is nested that deep, and calls nobody.
    if (reply === 'not brought') return !what.endsWith('three thousand deep');
    const { ok, error } = reply as { ok: boolean; error?: { code: string } };
    return ok || !['input.invalid', 'call.unknown'].includes(error?.code ?? '');
  });
  expect(odd).toEqual([]);
  expect(await app.evaluate(() => [Reflect.has({}, 'polluted'), Reflect.ownKeys(Object.prototype).length])).toEqual([false, 12]);
  expect(await everything()).toBe(before);
});

test('A86 row 13: no channel and no name beside the contract answers anything', async () => {
  const before = await everything();
  const outcome = await page.evaluate(async () => {
    const { raw } = globalThis as Hostile;
    const attempt = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => String(error).replace(/^.*Error: /, ''));
    const channels = ['keyshift:event', 'keyshift:other', 'keyshift:call ', 'electron-store-get-data', 'GUEST_VIEW_MANAGER_CALL', 'ELECTRON_BROWSER_REQUIRE', 'BROWSER_SANDBOX_LOAD', '', '__proto__', 'constructor'];
    for (const channel of [...channels, 'keyshift:call', 'keyshift:files']) raw.send(channel, 'vault.lock');
    const names = ['vault.__proto__', '__proto__.toString', 'constructor.constructor', 'vault.constructor', 'identity.privateKey', 'vault.key', 'vault.lock\u0000', 'VAULT.LOCK', 'vault..lock', 'vault.lock.call', 'handlers.vault.lock', ''];
    return {
      channels: await Promise.all(channels.map((channel) => attempt(raw.invoke(channel, 'vault.lock')))),
      names: await Promise.all(names.map((name) => attempt(raw.invoke('keyshift:call', name)))),
      shapes: await Promise.all([[], [7], [{ toString: () => 'vault.lock' }], [['vault.lock']], ['vault.lock', undefined, 1], ['v'.repeat(65)]].map((args) => attempt(raw.invoke('keyshift:call', ...args.map((one) => (typeof one === 'object' ? JSON.parse(JSON.stringify(one)) : one)))))),
    };
  });
  for (const answer of outcome.channels) expect(answer).toMatch(/^No handler registered for/);
  for (const answer of outcome.names) expect(answer).toMatchObject({ ok: false, error: { code: 'call.unknown' } });
  for (const answer of outcome.shapes) expect(answer).toMatchObject({ ok: false, error: { code: 'input.invalid' } });
  expect(await everything()).toBe(before);
});

test('A86: no call takes a path from the page: neither key, kit, backup nor anything else goes to it, no dialog opens, no file is made', async () => {
  const taking = callNames().filter((name) => JSON.stringify(z.toJSONSchema(findCall(name)?.input ?? z.never(), { io: 'input', unrepresentable: 'any' })).includes('"path":'));
  expect(taking).toEqual(expect.arrayContaining(['identity.exportPrivate', 'identity.importPrivate', 'identity.saveRecoveryKit', 'backup.create', 'files.send', 'files.save', 'conversations.export']));
  const [before, files] = [await everything(), filesOfHome()];
  const wanted = join(start.home, 'stolen');
  const answers: Record<string, string> = {};
  for (const name of taking) {
    const input = { ...(sampleInputs[name] as object | undefined), ...(/passphrase/.test(JSON.stringify(sampleInputs[name])) ? { passphrase } : {}), path: wanted };
    const reply = (await page.evaluate(([call, value]) => (globalThis as Hostile).raw.invoke('keyshift:call', call, value), [name, input] as const)) as { ok: boolean; error?: { code: string } };
    answers[name] = reply.ok ? 'done' : (reply.error?.code ?? '');
  }
  for (const [name, code] of Object.entries(answers)) expect([name, isErrorCode(code)]).toEqual([name, true]);
  expect(answers).toMatchObject({ 'identity.exportPrivate': 'path.unusable', 'identity.importPrivate': 'path.unusable', 'identity.saveRecoveryKit': 'path.unusable', 'backup.create': 'path.unusable' });
  expect((await outside()).dialogs).toEqual([]);
  // Without one the person is asked, once; who says no has no file.
  expect(await page.evaluate((words) => globalThis.window.keyshift.identity.exportPrivate({ format: 'pkcs12', passphrase: words }), passphrase)).toMatchObject({ ok: false, error: { code: 'path.required' } });
  expect((await outside()).dialogs).toEqual(['showSaveDialog']);
  expect([existsSync(wanted), filesOfHome(), await everything()]).toEqual([false, files, before]);
});

test('A86 row 13: another window with the same page, preload and session is a stranger', async () => {
  const answer = await app.evaluate(async ({ BrowserWindow }, preload) => {
    const stranger = new BrowserWindow({ show: false, webPreferences: { sandbox: true, contextIsolation: true, partition: 'keyshift-page', preload } });
    try {
      await stranger.loadURL('app-keyshift://ui/index.html');
      return (await stranger.webContents.executeJavaScript('Promise.all([window.keyshift.vault.status(), window.keyshift.vault.lock(), window.raw.invoke("keyshift:files", [{ path: "/etc/hostname" }])])')) as unknown;
    } finally {
      stranger.destroy();
    }
  }, resolve(process.env['KEYSHIFT_APP'] ?? '.', 'out/preload.cjs'));
  expect(answer).toEqual(Array.from({ length: 3 }, () => ({ ok: false, error: { code: 'internal', message: 'This caller is not known.', facts: {} } })));
  expect(await page.evaluate(() => globalThis.window.keyshift.vault.status())).toMatchObject({ value: { state: 'open' } });
});

test('A86 row 12: however the page bends its own language and walks, it meets nothing of the preload', async () => {
  const met = await page.evaluate(async () => {
    const bridge = globalThis.window.keyshift;
    const met = new Set<string>();
    const caught: unknown[] = [];
    // Whatever passes through the page's own built-ins is caught here.
    const keep = (value: unknown): void => {
      caught[caught.length] = value;
    };
    const put = (target: object, name: string, change: PropertyDescriptor): void => void Reflect.defineProperty(target, name, { configurable: true, ...change });
    const bent: (readonly [object, string, PropertyDescriptor | undefined])[] = [];
    const bend = (target: object, name: string): void => {
      const old = Reflect.getOwnPropertyDescriptor(target, name);
      const work = old?.value as ((...args: unknown[]) => unknown) | undefined; // only functions are bent
      bent.push([target, name, old]);
      put(target, name, {
        ...old,
        value(this: unknown, ...args: unknown[]) {
          keep(this);
          for (let at = 0; at < args.length; at += 1) keep(args[at]);
          return work && Reflect.apply(work, this, args);
        },
      });
    };
    bend(Promise.prototype, 'then');
    for (const name of ['entries', 'freeze', 'fromEntries']) bend(Object, name);
    for (const name of ['map', 'push', 'filter']) bend(Array.prototype, name);
    for (const name of ['sender', 'passphrase']) {
      bent.push([Object.prototype, name, undefined]);
      put(Object.prototype, name, { get: () => 'x', set: keep });
    }
    try {
      caught.push(await bridge.settings.get(), await bridge.vault.unlock({} as { passphrase: string }), await bridge.takeFiles([new File(['x'], 'x.txt')]), bridge.on(() => undefined));
    } finally {
      for (const [target, name, old] of bent) {
        if (old === undefined) Reflect.deleteProperty(target, name);
        else put(target, name, old);
      }
    }
    const seen = new Set<unknown>([globalThis, globalThis.window, document]);
    const walk = (value: unknown, depth: number): void => {
      if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value) || depth > 6) return;
      seen.add(value);
      if (typeof value === 'function' && /ipcRenderer|require\(/.test(Function.prototype.toString.call(value))) met.add('source of the preload');
      for (const key of Reflect.ownKeys(value)) {
        if (/^(ipcRenderer|webFrame|contextBridge|sendSync|sendToHost|postMessage|senderId|process|require|module|__dirname)$/.test(String(key))) met.add(String(key));
        const { value: member, get } = Reflect.getOwnPropertyDescriptor(value, key) ?? {};
        walk(member, depth + 1);
        walk(get, depth + 1);
      }
      const above: unknown = Reflect.getPrototypeOf(value);
      if (above !== Object.prototype && above !== Function.prototype) walk(above, depth + 1);
      // What a function is made by belongs to the page's own language, in which the policy makes no code from text.
      if (typeof value === 'function' && !Function.prototype.isPrototypeOf(value)) met.add('a function of another world');
    };
    for (const one of [bridge, ...caught]) walk(one, 0);
    return { met: [...met], caught: caught.length, walked: seen.size };
  });
  expect(met.met).toEqual([]);
  expect(met.walked).toBeGreaterThan(150);
});

test('A86: a download ends before it begins, and no page forbids to be closed or begun anew', async () => {
  const [files, { dialogs }] = [filesOfHome(), await outside()];
  // Listened for before it is begun: page and main process are told by lines of their own.
  await app.evaluate(({ session }) => {
    const begun = new Promise<boolean>((done) => session.fromPartition('keyshift-page').once('will-download', (event) => done(event.defaultPrevented)));
    Object.assign(globalThis, { keyshiftDownload: begun });
  });
  await page.evaluate(() => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob(['#!/bin/sh'], { type: 'application/x-sh' }));
    link.download = 'stolen.sh';
    document.body.append(link);
    link.click();
    link.remove();
  });
  expect(await app.evaluate(() => (globalThis as unknown as { keyshiftDownload: Promise<boolean> }).keyshiftDownload)).toBe(true);
  expect([filesOfHome(), (await outside()).dialogs]).toEqual([files, dialogs]);

  await page.keyboard.press('Shift');
  await page.evaluate(() => {
    Object.assign(globalThis, { stays: true });
    globalThis.addEventListener('beforeunload', (event) => {
      event.preventDefault();
      event.returnValue = 'x';
    });
  });
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.reload());
  await expect.poll(() => page.evaluate(() => Reflect.has(globalThis, 'stays')).catch(() => true)).toBe(false);
});

test('row 11: of all links only plain ones of the web reach the browser, and not one after the other', async () => {
  const open = (urls: readonly string[]): Promise<(string | undefined)[]> =>
    page.evaluate(async (all) => {
      // All in one turn: what is opened a second after another one may be opened.
      const replies = await Promise.all(all.map((url) => globalThis.window.keyshift.desktop.openLink({ url })));
      return replies.map((reply) => (reply.ok ? 'opened' : reply.error.code));
    }, urls);
  const refused = await open(hostileLinks);
  expect(hostileLinks.filter((_url, at) => !['link.unusable', 'input.invalid'].includes(refused[at] ?? ''))).toEqual([]);
  expect((await outside()).opened).toEqual([]);
  expect(await open(['https://\u0430pple.com/x', 'https://example.org/'])).toEqual(['opened', 'link.unusable']);
  expect((await outside()).opened).toEqual(['https://xn--pple-43d.com/x']);
});

/** What stands in the page now. */
function look() {
  return page.evaluate(() => {
    const elements = [...document.querySelectorAll('body *')];
    const feed = document.querySelector('[role="feed"]');
    const list = document.querySelector('nav');
    const texts = (root: Element | null): string[] => {
      const found: string[] = [];
      const walk = document.createTreeWalker(root ?? document.body, NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) found.push(walk.currentNode.nodeValue ?? '');
      return found;
    };
    return {
      tags: [...new Set(elements.map(({ localName }) => localName))],
      handlers: elements.flatMap(({ attributes }) => [...attributes].filter(({ name }) => /^on|^srcdoc$/.test(name)).map(({ name }) => name)),
      addresses: elements.flatMap(({ attributes }) => [...attributes].filter(({ name }) => /^(?:src|href|action|data|poster|srcset|xlink:href)$/.test(name)).map(({ name, value }) => `${name}=${value.slice(0, 60)}`)),
      messages: texts(feed),
      names: texts(list),
      loose: [...(feed?.querySelectorAll('p.message-text') ?? [])].filter((element) => !['plaintext', 'isolate', 'isolate-override'].includes(getComputedStyle(element).unicodeBidi)).length,
      isolated: feed?.querySelectorAll('p.message-text').length ?? 0,
      ran: Reflect.has(globalThis, 'hit'),
    };
  });
}

test('A09 row 24: names, titles, messages and file names of strangers, two hundred of each, are text and nothing else', async () => {
  test.setTimeout(180_000);
  const id = (kind: string, at: number): string => `${kind}${at.toString(16)}`.padStart(32, '0');
  const settled = { state: 'open', unread: 0, markedUnread: false, pinned: false, archived: false, mutedUntil: 0, disappearAfter: 0 };
  const lists = {
    'contacts.list': strangersCorpus.map((name, at) => ({ contactId: id('c', at), peerId: 'a'.repeat(52), name, pending: false, who: 'unchecked', checked: false, vouchedBy: [], reach: 'waiting', keyEpoch: 1, permissions: { message: true, openConversation: true, sendFile: true } })),
    'conversations.list': strangersCorpus.map((title, at) => ({ conversationId: id('d', at), contactId: id('c', at), title, preview: title, lastMessageAt: 1_700_000_000_000 + at, ...settled })),
    // Texts in one conversation, files in the other: of more than 300 in one, the window forgets the oldest.
    'messages.list': strangersCorpus.flatMap((text, at) => {
      const common = { direction: 'in', instanceId: id('f', 1), sentAt: 1_700_000_000_000 + at * 1000, receivedAt: 1_700_000_000_000 + at * 1000, state: 'delivered', keyEpoch: 1 };
      return [
        { ...common, conversationId: id('d', strangersCorpus.length - 1), messageId: id('e', 2 * at), sequence: 2 * at + 1, kind: 'text', text },
        { ...common, conversationId: id('d', strangersCorpus.length - 2), messageId: id('e', 2 * at + 1), sequence: 2 * at + 2, kind: 'file', text, file: { transferId: id('b', at), name: text, size: 5, mediaType: text } },
      ];
    }),
  };
  // The main process answers with these, as if strangers had written them: past its own checks, which would not let all of it in.
  await app.evaluate(({ ipcMain }, answers) => {
    type Answer = (event: unknown, name: string, input: unknown) => Promise<unknown>;
    const { _invokeHandlers: handlers } = ipcMain as unknown as { _invokeHandlers: Map<string, Answer> };
    const answer = handlers.get('keyshift:call');
    ipcMain.removeHandler('keyshift:call');
    ipcMain.handle('keyshift:call', async (event, name: string, input: { before?: string; after?: string; conversationId?: string } | undefined) => {
      if (name === 'conversations.get') return { ok: true, value: answers['conversations.list'].find((one) => one.conversationId === input?.conversationId) };
      if (name === 'messages.list' && input?.before === undefined && input?.after === undefined) return { ok: true, value: answers['messages.list'].filter((one) => one.conversationId === input?.conversationId) };
      const found: unknown = Object.entries(answers).find(([call]) => call === name)?.[1];
      return found === undefined ? answer?.(event, name, input) : { ok: true, value: input?.before !== undefined || input?.after !== undefined ? [] : found };
    });
  }, lists);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('request', (request) => {
    if (!request.url().startsWith('app-keyshift://ui/')) complaints.push(request.url());
  });
  const debug = await page.context().newCDPSession(page);
  await debug.send('Emulation.setDeviceMetricsOverride', { width: 1200, height: 30_000, deviceScaleFactor: 1, mobile: false });
  await page.reload();
  const looks: Awaited<ReturnType<typeof look>>[] = [];
  for (const place of [-1, -2]) {
    await page.getByRole('navigation', { name: 'Conversations' }).getByText(strangersCorpus.at(place) ?? '', { exact: false }).first().click();
    // Even numbers are texts, odd ones files.
    const shown = (): Promise<number> => page.getByRole('feed').getByRole('article').evaluateAll((all, odd) => all.filter((each) => Number.parseInt(each.dataset['message'] ?? '', 16) % 2 === odd).length, -place - 1);
    await expect.poll(shown).toBeGreaterThan(strangersCorpus.length - 5);
    looks.push(await look());
  }

  const seen = {
    tags: looks.flatMap(({ tags }) => tags),
    handlers: looks.flatMap(({ handlers }) => handlers),
    addresses: looks.flatMap(({ addresses }) => addresses),
    messages: looks.flatMap(({ messages }) => messages),
    names: looks.flatMap(({ names }) => names),
    loose: looks.reduce((sum, { loose }) => sum + loose, 0),
    isolated: looks.reduce((sum, { isolated }) => sum + isolated, 0),
    ran: looks.some(({ ran }) => ran),
  };
  const known = ['article', 'aside', 'bdi', 'button', 'circle', 'code', 'div', 'footer', 'form', 'g', 'h1', 'h2', 'h3', 'header', 'input', 'label', 'li', 'line', 'main', 'mark', 'nav', 'ol', 'p', 'path', 'polyline', 'progress', 'rect', 'section', 'small', 'span', 'strong', 'svg', 'template', 'text', 'textarea', 'time', 'ul'];
  expect(seen.tags.filter((tag) => !known.includes(tag))).toEqual([]);
  expect([seen.isolated > strangersCorpus.length, seen.names.length > strangersCorpus.length]).toEqual([true, true]);
  expect([[...new Set(seen.handlers)], [...new Set(seen.addresses)], seen.loose, seen.ran]).toEqual([[], [], 0, false]);
  expect(seen.messages.filter((text) => unsafeInMessages.test(text))).toEqual([]);
  expect(seen.names.filter((text) => unsafeInNames.test(text.replaceAll(/[\u2068\u2069]/g, '')))).toEqual([]);
  // They are all there, as they were written.
  const shown = seen.messages.join('\n');
  expect(markup.filter((text) => !/[\u2028\u2029]/.test(text) && !text.split(/(?=https?:)|(?<=\S)(?=evil)/).every((piece) => shown.includes(piece.trim())))).toEqual([]);
  expect(complaints).toEqual([]);
});
