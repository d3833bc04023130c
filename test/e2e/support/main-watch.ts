import type { ElectronApplication } from '@playwright/test';
import { appFolder } from './app';

/** One thing that crossed between the page and the main process. */
export interface Crossing {
  readonly direction: 'in' | 'out';
  /** `vault.create`, `event`, … */
  readonly name: string;
  /** As JSON and, base64, as the structured clone that really crosses. */
  readonly json: string;
  readonly clone: string;
}

export interface Seen {
  /** Hex of every secret, by kind: the engine's own kinds, `rsa-…` parts of identity keys, `aead` keys as libsodium got them. */
  readonly secrets: Readonly<Record<string, readonly string[]>>;
  readonly crossings: readonly Crossing[];
  /** Ways between page and main process beside the one call channel. */
  readonly otherWays: readonly string[];
  /** Keys that libsodium or OpenSSL made by themselves, without the random port. */
  readonly madeElsewhere: readonly string[];
}

/**
 * Makes a running main process tell which secrets it uses and what crosses IPC. The product knows nothing of it: the debugger,
 * which packaged builds refuse, puts itself between the bundle and what the bundle is made on: the native modules' functions,
 * `node:crypto`, the prototype of the engine's `Secret` (found when one is first used as a key of a WeakMap), `ipcMain`.
 */
export async function watchMain(app: ElectronApplication): Promise<void> {
  await app.evaluate(({ ipcMain, webContents }, folder) => {
    interface Watch {
      secrets: Map<string, Set<string>>;
      crossings: { direction: 'in' | 'out'; name: string; json: string; clone: string }[];
      otherWays: string[];
      madeElsewhere: string[];
    }
    type Call = (...args: unknown[]) => unknown;
    const main = process as unknown as { mainModule: { require(name: string): unknown } };
    const { createRequire } = main.mainModule.require('node:module') as { createRequire(path: string): ((name: string) => unknown) & { resolve(name: string): string } };
    const need = createRequire(`${folder}/out/main.cjs`);
    const { serialize } = need('node:v8') as { serialize(value: unknown): Buffer };
    const watch: Watch = { secrets: new Map(), crossings: [], otherWays: [], madeElsewhere: [] };
    Object.assign(globalThis, { keyshiftWatch: watch });

    const note = (kind: string, bytes: unknown): void => {
      if (!(bytes instanceof Uint8Array) || bytes.length < 16) return;
      // Known answers of the self-test and wiped slots are no secrets: too few different bytes.
      if (new Set(bytes).size < 10) return;
      const known = watch.secrets.get(kind) ?? new Set<string>();
      known.add(Buffer.from(bytes).toString('hex'));
      watch.secrets.set(kind, known);
    };

    // The engine's secrets, whichever is used.
    let prototype: object | undefined;
    let bytesOf: ((this: object) => Uint8Array) | undefined;
    const set: (this: WeakMap<object, unknown>, key: object, value: unknown) => WeakMap<object, unknown> = WeakMap.prototype.set;
    const watchedSet = function (this: WeakMap<object, unknown>, key: object, value: unknown): WeakMap<object, unknown> {
      if (prototype === undefined && 'kind' in key && key.kind === 'instance-signing') {
        prototype = Object.getPrototypeOf(key) as object;
        const inherited = Object.getOwnPropertyDescriptor(prototype, 'bytes')?.get as (this: object) => Uint8Array;
        bytesOf = inherited;
        Object.defineProperty(prototype, 'bytes', {
          configurable: true,
          get(this: { kind: string }) {
            const bytes = inherited.call(this);
            note(this.kind, bytes);
            return bytes;
          },
        });
      }
      if (prototype !== undefined && Object.getPrototypeOf(key) === prototype && 'kind' in key) note(String(key.kind), bytesOf?.call(key));
      return set.call(this, key, value);
    };
    Object.assign(WeakMap.prototype, { set: watchedSet });

    // Keys as the native library gets them, and keys it would make itself.
    // The program has the package's own code in its bundle: what both share is the library behind it.
    const { dirname, join } = need('node:path') as typeof import('node:path');
    const sodium = need(join(dirname(need.resolve('sodium-native')), 'prebuilds', `${process.platform}-${process.arch}`, 'sodium-native.node')) as Record<string, unknown>;
    const before = (name: string, look: (args: unknown[]) => void): void => {
      const original = sodium[name] as Call;
      sodium[name] = (...args: unknown[]): unknown => {
        look(args);
        return original(...args);
      };
    };
    for (const name of Object.keys(sodium)) {
      if (name.startsWith('crypto_aead_xchacha20poly1305_ietf_') && typeof sodium[name] === 'function' && !name.endsWith('keygen')) before(name, (args) => note('aead', args.at(-1)));
      else if (/(keypair|keygen|_keypair_.*|_keygen_.*)$/.test(name) && !name.includes('seed')) before(name, () => void watch.madeElsewhere.push(name));
    }
    const crypto = need('node:crypto') as Record<string, Call>;
    const rsaParts = (key: unknown): void => {
      const parts = (key as { export(options: object): Record<string, string> }).export({ format: 'jwk' });
      for (const part of ['d', 'p', 'q', 'dp', 'dq', 'qi']) note(`rsa-${part}`, Uint8Array.from(Buffer.from(parts[part] ?? '', 'base64url')));
    };
    const { generateKeyPair, createPrivateKey } = crypto;
    crypto['generateKeyPair'] = (kind, options, done) =>
      generateKeyPair?.(kind, options, (error: unknown, publicKey: unknown, privateKey: unknown) => {
        if (kind !== 'rsa') watch.madeElsewhere.push(String(kind));
        else if (!error) rsaParts(privateKey);
        (done as Call)(error, publicKey, privateKey);
      });
    crypto['createPrivateKey'] = (input) => {
      const key = createPrivateKey?.(input);
      rsaParts(key);
      return key;
    };
    for (const name of ['generateKeyPairSync', 'generateKey', 'generateKeySync', 'createECDH']) {
      const original = crypto[name];
      crypto[name] = (...args) => {
        watch.madeElsewhere.push(name);
        return original?.(...args);
      };
    }

    // Both directions of IPC.
    const cross = (direction: 'in' | 'out', name: string, value: unknown): void =>
      void watch.crossings.push({ direction, name, json: JSON.stringify(value) ?? '', clone: serialize(value).toString('base64') });
    // Not in the typings: the one list of what answers pages.
    const { _invokeHandlers: handlers } = ipcMain as unknown as { _invokeHandlers: Map<string, Call> };
    const [channel, ...otherChannels] = [...handlers.keys()];
    // 'error' is Electron's own and hears no page.
    watch.otherWays.push(...otherChannels, ...ipcMain.eventNames().map(String).filter((name) => name !== 'error'));
    if (channel === undefined) throw new Error('nothing answers the page');
    const answer = handlers.get(channel) as Call;
    ipcMain.removeHandler(channel);
    ipcMain.handle(channel, async (event, ...args: unknown[]) => {
      const [name] = args;
      cross('in', String(name), args.slice(1));
      const reply: unknown = await answer(event, ...args);
      cross('out', String(name), reply);
      return reply;
    });
    for (const contents of webContents.getAllWebContents()) {
      const send = contents.send.bind(contents);
      contents.send = (sendChannel: string, ...args: unknown[]): void => {
        cross('out', 'event', args);
        send(sendChannel, ...args);
      };
    }
  }, appFolder);
}

export async function seenByMain(app: ElectronApplication): Promise<Seen> {
  return app.evaluate(() => {
    const { keyshiftWatch: watch } = globalThis as unknown as {
      keyshiftWatch: { secrets: Map<string, Set<string>>; crossings: Seen['crossings']; otherWays: string[]; madeElsewhere: string[] };
    };
    return {
      secrets: Object.fromEntries([...watch.secrets].map(([kind, all]) => [kind, [...all]])),
      crossings: watch.crossings,
      otherWays: watch.otherWays,
      madeElsewhere: watch.madeElsewhere,
    };
  });
}
