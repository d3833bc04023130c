import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import { Meter } from '../../electron/engine/crypto/meter';
import { createDialogEngine, type DialogEngine, type DialogLimits, type DialogSink, type ReceiveOutcome, type RemoteParty } from '../../electron/engine/dialog/dialog-engine';
import type { DialogNews } from '../../electron/engine/dialog/dialog-news';
import type { DialogKey, DialogStore } from '../../electron/engine/dialog/dialog-store';
import { startDurably } from '../../electron/engine/dialog/start-token';
import type { DialogId, PeerId } from '../../electron/engine/ids';
import type { Clock, Logger } from '../../electron/engine/ports';
import type { Db } from '../../electron/storage/database';
import { createDialogStore } from '../../electron/storage/dialog-store';
import { type Person, newPerson } from './dialog-person';
import { perFile, whenTestEnds } from './per-file';
import { withSpareKeys } from './rsa-keys';
import { freshDatabase } from './fresh-database';

const shared = perFile(() => createCrypto({ random: kernelRandom }).then(withSpareKeys));

/** One set of primitives for a whole test file: people's secrets belong to it. */
export function testCrypto(): Promise<Crypto> {
  return shared();
}

/** The same primitives counted by a meter of its own, and with randomness a test may force (P1, P3). */
function meteredCrypto(crypto: Crypto, random?: (length: number) => Uint8Array): Crypto {
  const meter = new Meter();
  return {
    ...crypto,
    meter,
    ...(random ? { random, randomSecret: (kind, length) => crypto.secret(kind, random(length)) } : {}),
    sign: (...args) => (meter.count('sign'), crypto.sign(...args)),
    verify: (...args) => (meter.count('verify'), crypto.verify(...args)),
    encapsulate: (...args) => (meter.count('kemEncaps'), crypto.encapsulate(...args)),
    decapsulate: (...args) => (meter.count('kemDecaps'), crypto.decapsulate(...args)),
    seal: (...args) => (meter.count('seal'), crypto.seal(...args)),
    open: (...args) => (meter.count('open'), crypto.open(...args)),
    sealDetached: (...args) => (meter.count('seal'), crypto.sealDetached(...args)),
    openDetached: (...args) => (meter.count('open'), crypto.openDetached(...args)),
  };
}

export class TestClock implements Clock {
  time = Date.UTC(2026, 0, 1);
  steady = 0;
  now(): number {
    return this.time;
  }
  monotonic(): number {
    return this.steady;
  }
  setTimer(): () => void {
    return () => undefined;
  }
  pass(milliseconds: number): void {
    this.time += milliseconds;
    this.steady += milliseconds;
  }
}

type SinkEvent = { [K in keyof DialogSink]: { readonly type: K } & Parameters<DialogSink[K]>[0] }[keyof DialogSink];

/** Records what the engine reports; `refuse` makes the next report of that kind throw. */
class RecordingSink implements DialogSink {
  events: SinkEvent[] = [];
  refuse: keyof DialogSink | undefined;
  readonly opened = this.#record('opened');
  readonly titled = this.#record('titled');
  readonly unseen = (): void => undefined;
  readonly closed = this.#record('closed');
  readonly continued = this.#record('continued');
  readonly delivered = this.#record('delivered');
  readonly acknowledged = this.#record('acknowledged');
  readonly read = this.#record('read');
  readonly shifted = this.#record('shifted');
  readonly sealed = this.#record('sealed');
  readonly failed = this.#record('failed');
  readonly resting = this.#record('resting');
  readonly resealed = this.#record('resealed');
  readonly problem = this.#record('problem');
  readonly gap = this.#record('gap');
  readonly takenOver = this.#record('takenOver');
  readonly renewed = this.#record('renewed');
  readonly rolledBack = this.#record('rolledBack');

  texts(dialogId?: DialogId): string[] {
    return this.events.flatMap((event) =>
      event.type === 'delivered' && event.content.kind === 'text' && (!dialogId || event.dialogId === dialogId) ? [event.content.text] : [],
    );
  }

  of<K extends keyof DialogSink>(type: K): Extract<SinkEvent, { type: K }>[] {
    // Narrowing by a generic key is beyond the compiler.
    return this.events.filter((event) => event.type === type) as Extract<SinkEvent, { type: K }>[];
  }

  #record<K extends keyof DialogSink>(type: K): (event: Parameters<DialogSink[K]>[0]) => void {
    return (event) => {
      if (this.refuse === type) {
        this.refuse = undefined;
        throw new Error(`the sink refuses ${type}`);
      }
      // Same reason as above.
      this.events.push({ type, ...event } as SinkEvent);
    };
  }
}

export const quiet: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Every table that the dialog engine owns. */
const dialogTables = ['keks', 'kek_floors', 'kek_blocks_own', 'kek_blocks_received', 'dialogs', 'dialog_tombstones', 'sending_streams', 'sending_keys', 'outbox', 'outbox_headers', 'receiving_streams', 'receiving_keys', 'dialog_policies', 'peer_shifts', 'held_messages', 'start_tokens', 'stream_takeovers', 'refused_messages'];

/** One device with a database of its own. `restart` throws the engine away and opens another over the same database. */
export class Device {
  person: Person;
  readonly db: Db;
  readonly clock: TestClock;
  readonly sink = new RecordingSink();
  crypto: Crypto;
  engine: DialogEngine;
  limits: Partial<DialogLimits>;
  /** What was worth a line in the log. */
  readonly logged: string[] = [];
  readonly peers = new Map<PeerId, RemoteParty>();
  /** Given to each engine in place of the plain store. */
  wrapStore: (store: DialogStore) => DialogStore = (store) => store;
  /** What its person's other devices have to hear; from the next start on. */
  news: (() => DialogNews | undefined) | undefined;
  readonly #base: Crypto;
  readonly #random: ((length: number) => Uint8Array) | undefined;

  constructor(base: Crypto, person: Person, options: { limits?: Partial<DialogLimits>; random?: (length: number) => Uint8Array; clock?: TestClock; db?: Db } = {}) {
    this.#base = base;
    this.#random = options.random;
    this.person = person;
    this.clock = options.clock ?? new TestClock();
    this.limits = options.limits ?? {};
    this.db = options.db ?? freshDatabase();
    this.crypto = meteredCrypto(base, this.#random);
    this.engine = this.#start();
  }

  get peerId(): PeerId {
    return this.person.local.peerId;
  }

  knows(other: Device, change: Partial<RemoteParty> = {}): this {
    this.peers.set(other.peerId, { ...other.person.remote(), blocked: false, mayMessage: true, mayOpen: true, ...change });
    return this;
  }

  /** The same device with renewed credentials, as the profile opens again after a renewal. */
  become(person: Person): void {
    this.person = person;
    this.restart();
    this.engine.tidy();
  }

  restart(): void {
    this.engine.wipe();
    this.crypto = meteredCrypto(this.#base, this.#random);
    this.engine = this.#start();
  }

  /** As new, for the next of many runs: cheaper than another database. */
  clear(): void {
    this.db.exec(dialogTables.map((table) => `DELETE FROM ${table};`).join(''));
    this.sink.events = [];
    this.restart();
  }

  receive(from: Device, ...batch: Uint8Array[]): readonly ReceiveOutcome[] {
    return this.engine.receive(from.person.chain, batch);
  }

  pending(to: Device, after = 0): Uint8Array[] {
    return this.engine.pending(to.peerId, { after, limit: 10_000 }).map((each) => each.bytes);
  }

  acknowledgements(to: Device): Uint8Array[] {
    return this.engine.acknowledgements(to.peerId).map((each) => each.bytes);
  }

  say(to: Device, dialogId: DialogId, text: string): { sequence: number; keyEpoch: number } {
    return this.engine.send({ peerId: to.peerId, dialogId }, { kind: 'text', text });
  }

  dialog(to: Device, dialogId: DialogId): DialogKey {
    return { peerId: to.peerId, dialogId };
  }

  /** Every durable row that the dialog engine owns, but for those of tables that may change. */
  snapshot(mayChange: readonly string[] = []): string {
    const plain = (value: unknown): unknown => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value);
    const rows = (table: string) => this.db.prepare(`SELECT * FROM ${table}`).all();
    return JSON.stringify(
      dialogTables.filter((table) => !mayChange.includes(table)).map((table) => rows(table).map((row) => Object.fromEntries(Object.entries(row).map(([column, value]) => [column, plain(value)])))),
    );
  }

  #start(): DialogEngine {
    const store = this.wrapStore(createDialogStore(this.db));
    return createDialogEngine({
      crypto: this.crypto,
      clock: this.clock,
      logger: { ...quiet, warn: (event) => void this.logged.push(event), error: (event) => void this.logged.push(event) },
      local: this.person.local,
      store,
      peers: (peerId) => this.peers.get(peerId),
      sink: this.sink,
      startToken: startDurably(this.#base, this.person.local, store, this.clock.now()),
      limits: { decapsulations: 1000, ...this.limits },
      ...(this.news && { news: this.news }),
    });
  }
}

export interface Pair {
  readonly crypto: Crypto;
  readonly alice: Device;
  readonly bob: Device;
}

const people = perFile(() => new Map<string, Promise<Person>>());

/** The same person for a whole test file: making one costs an RSA key. */
export async function person(name: string): Promise<Person> {
  const crypto = await testCrypto();
  let known = people().get(name);
  if (!known) people().set(name, (known = newPerson(crypto, name)));
  return known;
}

/** Two devices that know each other, each with an empty database until the test is over. */
export async function newPair({ names = ['Alice', 'Bob'], ...options }: { limits?: Partial<DialogLimits>; names?: readonly [string, string] } = {}): Promise<Pair> {
  const crypto = await testCrypto();
  const [a, b] = await Promise.all([person(names[0]), person(names[1])]);
  const alice = new Device(crypto, a, options);
  const bob = new Device(crypto, b, options);
  alice.knows(bob);
  bob.knows(alice);
  for (const { db } of [alice, bob]) whenTestEnds(() => db.close());
  return { crypto, alice, bob };
}

/** Everything both have to say crosses until nothing is left; at most `rounds` times. */
export function settle(a: Device, b: Device, rounds = 10): void {
  for (let round = 0; round < rounds; round += 1) {
    const fromA = [...a.pending(b), ...a.acknowledgements(b)];
    const fromB = [...b.pending(a), ...b.acknowledgements(a)];
    if (fromA.length + fromB.length === 0) return;
    b.receive(a, ...fromA);
    a.receive(b, ...fromB);
  }
}
