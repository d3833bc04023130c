import { createHash, randomBytes } from 'node:crypto';
import { toBase32 } from '../../electron/engine/wire/encoding';
import { KeyshiftError } from '../../shared/errors';
import { type DepositOutcome, type Mail, type Mailbox, type MailboxCapability, type MailboxHandlers, type MailboxLink, type MailboxRegistration, type MailboxState, maxDepositBytes } from '../../electron/services/ports/mailbox';
import { createMemoryRepository, type MemoryRepository } from './memory-repository';

const perSlot = 500;
const mostUnacknowledged = 100;

interface Stored {
  readonly slot: string;
  readonly bytes: Uint8Array;
  /** Keys of the devices that have yet to take it. */
  readonly waiting: Set<string>;
}

interface OpenLink {
  readonly deviceKey: string;
  readonly address: string;
  readonly handlers: MailboxHandlers;
  readonly handed: Set<Stored>;
  state: MailboxState;
}

const hex = (length: number): string => randomBytes(length).toString('hex');

const keyOf = (seed: Uint8Array): string => `U${toBase32(seed).toUpperCase()}AAAAAA`.slice(0, 56);
/** Whoever knows the key could make it: enough where nobody forges. A real one is made by `DeviceKey`. */
const proofOf = (key: string, statement: Uint8Array): Uint8Array => new Uint8Array(createHash('sha512').update(key).update(statement).digest());

/** A server with its operator, in memory: what a mailbox does, at once and without a network. */
export class MemoryMailboxServer {
  readonly #devices = new Map<string, string>();
  readonly #tokens = new Map<string, MailboxCapability & { readonly of: string }>();
  readonly #texts = new Map<string, MailboxRegistration>();
  readonly #ids = new Set<string>();
  readonly #links = new Set<OpenLink>();
  readonly #lost = new Set<string>();
  /** By address. */
  readonly #repositories = new Map<string, MemoryRepository>();
  #stored: Stored[] = [];
  #reachable = true;

  /** What the operator gives to a device: its text. With `address`, another device of that mailbox. */
  register(deviceKey: string, { address = hex(16), slots = 8, expiresAt = 0 }: { address?: string; slots?: number; expiresAt?: number } = {}): string {
    this.#devices.set(deviceKey, address);
    const capability = (): MailboxCapability => {
      const made = { servers: ['nats://memory.test:4222'], address, slot: hex(8), token: hex(32), expiresAt };
      this.#tokens.set(made.token, { ...made, of: deviceKey });
      return made;
    };
    const text = `memory:${hex(8)}`;
    const registration = { servers: ['nats://memory.test:4222'], deviceKey, token: hex(16), address, expiresAt };
    this.#texts.set(text, { ...registration, publicSlot: capability(), slots: Array.from({ length: slots }, capability) });
    return text;
  }

  /** What the operator's command does: the device, and every slot that was given with it. */
  revoke(deviceKey: string): void {
    this.#devices.delete(deviceKey);
    for (const [token, { of }] of this.#tokens) if (of === deviceKey) this.#tokens.delete(token);
    for (const one of this.#stored) one.waiting.delete(deviceKey);
    this.#tell();
  }

  /** It takes nothing any more, and what is left for it stays. */
  lock(deviceKey: string): void {
    this.#devices.delete(deviceKey);
    for (const one of this.#stored) one.waiting.delete(deviceKey);
    this.#tell();
  }

  /** Its place is gone, as with the server's disk; its key is let in all the same. */
  lose(deviceKey: string): void {
    this.#lost.add(deviceKey);
    this.lock(deviceKey);
  }

  withdraw(capability: MailboxCapability): void {
    this.#tokens.delete(capability.token);
  }

  /** Nobody answers until it is set again; what is open notices at once. */
  setReachable(reachable: boolean): void {
    this.#reachable = reachable;
    this.#tell();
  }

  /** How many deposits lie there, for whichever device. */
  get size(): number {
    return this.#stored.length;
  }

  /** One program's way to it. */
  mailbox(): Mailbox {
    const own = new Set<MailboxLink>();
    return {
      createSeed: () => new Uint8Array(randomBytes(32)),
      deviceKey: async (seed) => keyOf(seed),
      prove: (seed, statement) => proofOf(keyOf(seed), statement),
      isProof: (key, statement, proof) => Buffer.compare(proof, proofOf(key, statement)) === 0,
      probe: async ({ token, expiresAt }) => {
        if (!this.#reachable) return 'unreachable';
        const known = this.#tokens.get(token);
        return known === undefined ? 'withdrawn' : known.expiresAt === expiresAt ? 'stands' : 'garbled';
      },
      read: async (text) => {
        const found = this.#texts.get(text);
        if (found === undefined) throw new KeyshiftError('mailbox.registration-garbled', 'This is no registration.');
        return found;
      },
      open: (registration, _seed, handlers) => {
        const link = this.#open(registration, handlers);
        own.add(link);
        return link;
      },
      deposit: async (capability, bytes, id, signal) => (signal?.aborted === true ? 'unreachable' : this.#deposit(capability, bytes, id)),
      close: async () => {
        for (const link of own) await link.close();
      },
    };
  }

  #deposit(capability: MailboxCapability, bytes: Uint8Array, id: string): DepositOutcome {
    if (bytes.length > maxDepositBytes) return 'too-large';
    if (!this.#reachable) return 'unreachable';
    const known = this.#tokens.get(capability.token);
    if (known?.address !== capability.address || known.slot !== capability.slot) return 'refused';
    if (this.#ids.has(id)) return 'duplicate';
    const { address, slot } = known;
    if (this.#stored.filter((one) => one.slot === slot).length >= perSlot) return 'full';
    this.#ids.add(id);
    const devices = [...this.#devices].filter(([, at]) => at === address).map(([key]) => key);
    this.#stored.push({ slot, bytes: bytes.slice(), waiting: new Set(devices) });
    this.#stored = this.#stored.filter((one) => one.waiting.size > 0);
    for (const link of this.#links) this.#hand(link);
    return 'stored';
  }

  #open({ deviceKey, address }: MailboxRegistration, handlers: MailboxHandlers): MailboxLink {
    const link: OpenLink = { deviceKey, address, handlers, handed: new Set(), state: { state: 'connecting' } };
    this.#links.add(link);
    queueMicrotask(() => this.#judge(link));
    return {
      get current() {
        return link.state;
      },
      repository: this.#repositoryOf(address).connect(),
      retry: () => this.#judge(link),
      close: async () => void this.#links.delete(link),
    };
  }

  #repositoryOf(address: string): MemoryRepository {
    const found = this.#repositories.get(address) ?? createMemoryRepository();
    this.#repositories.set(address, found);
    found.reachable = this.#reachable;
    return found;
  }

  #tell(): void {
    for (const repository of this.#repositories.values()) repository.reachable = this.#reachable;
    for (const link of this.#links) this.#judge(link);
  }

  #judge(link: OpenLink): void {
    if (!this.#links.has(link)) return;
    const state: MailboxState = !this.#reachable
      ? { state: 'connecting', failure: 'mailbox.unreachable' }
      : this.#devices.get(link.deviceKey) === link.address
        ? { state: 'connected' }
        : { state: 'refused', failure: 'mailbox.refused', ...(this.#lost.has(link.deviceKey) && { letIn: true }) };
    if (state.state !== link.state.state || state.failure !== link.state.failure) {
      link.state = state;
      if (state.state !== 'connected') link.handed.clear();
      link.handlers.onState(state);
    }
    this.#hand(link);
  }

  #hand(link: OpenLink): void {
    if (link.state.state !== 'connected') return;
    for (const one of this.#stored) {
      if (!one.waiting.has(link.deviceKey) || link.handed.has(one) || link.handed.size >= mostUnacknowledged) continue;
      link.handed.add(one);
      const mail: Mail = {
        slot: one.slot,
        bytes: one.bytes.slice(),
        ack: () => {
          link.handed.delete(one);
          one.waiting.delete(link.deviceKey);
          this.#stored = this.#stored.filter((kept) => kept.waiting.size > 0);
          queueMicrotask(() => this.#hand(link));
        },
      };
      queueMicrotask(() => {
        if (this.#links.has(link)) link.handlers.onMail(mail);
      });
    }
  }
}
