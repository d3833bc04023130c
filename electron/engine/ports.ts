import type { InstanceId, PeerId } from './ids';

/**
 * What the engine needs from the world. Interfaces only: `storage`, `network` and `platform` implement them,
 * tests bring a clock and a network they control. The dialog engine's own store stands in `dialog/dialog-store.ts`.
 */

export interface Clock {
  /** Wall clock, Unix milliseconds. May jump; never used for freshness. */
  now(): number;
  /** Milliseconds since some fixed moment, never going back. */
  monotonic(): number;
  /** Calls `run` once after `milliseconds`; the returned function cancels. Does not keep the process alive. */
  setTimer(milliseconds: number, run: () => void): () => void;
}

export interface Random {
  /** `length` fresh bytes from the kernel's generator, never from a pool (A06). */
  bytes(length: number): Uint8Array;
  /** The same into memory that is there: a secret is drawn where it will lie, and nowhere else. Without it `bytes` is copied there. */
  fill?(out: Uint8Array): void;
}

/** Facts are numbers, flags and short public words; the types keep key bytes and message text out. */
export type LogFacts = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Logger {
  debug(event: string, facts?: LogFacts): void;
  info(event: string, facts?: LogFacts): void;
  warn(event: string, facts?: LogFacts): void;
  error(event: string, facts?: LogFacts): void;
}

/** `host` is an IPv4 or IPv6 literal, a DNS name or an onion name, without brackets; `port` 1–65535. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** One byte stream to somewhere, not yet trusted. Handlers are set once, before data can arrive in the same turn. */
export interface Link {
  /** Who dialled. */
  readonly role: 'dialler' | 'listener';
  /** Where the other end seems to be: for limits and logs, never for trust. */
  readonly remote: Address;
  /** Sends in order. False asks to wait for `onDrain` before sending much more. Ignored after close. */
  send(bytes: Uint8Array): boolean;
  /** Bytes given to `send` that the system has not taken yet: at 0 the memory of what was sent may be used again. Left out by links that cannot tell. */
  readonly queued?: number;
  /**
   * The bytes are the handler's for as long as it likes, unless it says, within the call, by `giveBack` that nobody looks at any of them any more:
   * their memory is gone then, and every view of it is empty. Left out by links that cannot, and where it is not worth it.
   */
  onData(handler: (bytes: Uint8Array, giveBack?: () => void) => void): void;
  onDrain(handler: () => void): void;
  /** Called once, whoever closed; nothing is called after it. */
  onClose(handler: () => void): void;
  /** Stops and restarts reading, so that the sender feels back-pressure. */
  pause(): void;
  resume(): void;
  /** Sends what is queued, then closes. */
  close(): void;
  /** Closes at once. */
  destroy(): void;
}

export interface Listener {
  /** Where it listens, as given by the operating system. */
  readonly address: Address;
  close(): Promise<void>;
}

export interface Transport {
  /** Rejects with `port.in-use` when the port is taken; port 0 takes any free one. */
  listen(at: Address, onLink: (link: Link) => void): Promise<Listener>;
  /**
   * Rejects when nothing answers within `timeoutMs` (where a proxy is in use, within the longer time that takes), or at once
   * when `signal` says that nobody waits any more. Dials with different `isolation` (a person, say) never share a path through
   * a proxy; without one a dial shares its path with no other.
   */
  dial(to: Address, timeoutMs: number, signal?: AbortSignal, isolation?: string): Promise<Link>;
}

/** Every durable change happens inside a transaction; inner ones join the outer one. Synchronous throughout. */
export interface Transactions {
  transaction<T>(work: () => T): T;
}

/** What this device must keep to be itself. Private halves in clear here: the store is encrypted as a whole. */
export interface LocalRecord {
  readonly peerId: PeerId;
  readonly name: string;
  readonly createdAt: number;
  /** Identity keys by epoch; exactly one is current (the highest without `retiredAt`). */
  readonly identityKeys: readonly {
    readonly epoch: number;
    readonly certificate: Uint8Array;
    /** PKCS#8 DER; absent once erased. */
    readonly privateKey?: Uint8Array;
    readonly createdAt: number;
    readonly retiredAt?: number;
    /** How the key before vouches for this one (`KeyLink`); absent for the first. */
    readonly link?: Uint8Array;
    /** How the recovery key names this one (`RecoveryStatement`), in place of a link. */
    readonly recovery?: Uint8Array;
  }[];
  readonly instance: {
    readonly credential: Uint8Array;
    /** Ed25519 seed, 32 bytes. */
    readonly signingSeed: Uint8Array;
    /** X-Wing secret, 32 bytes. */
    readonly kemSecret: Uint8Array;
  };
  /** Newest first; retired ones until their grace is over (protocol.md §2). */
  readonly exchanges: readonly {
    readonly credential: Uint8Array;
    readonly kemSecret: Uint8Array;
  }[];
  /** The signed instance list in force. */
  readonly instanceList: Uint8Array;
  /** The key that outranks every identity key, committed to in the first certificate; absent for who has none. */
  readonly recovery?: {
    /** Ed25519, 32 bytes. */
    readonly publicKey: Uint8Array;
    /** Ed25519 seed, 32 bytes; gone once it is on paper. */
    readonly seed?: Uint8Array;
  };
  /** Certificates by which organisations vouch for the key in use, or vouched for an earlier one: each a list of DER, leaf first. */
  readonly endorsements?: readonly (readonly Uint8Array[])[];
  /** The other devices of this person; kept with where they are, in the store of devices. Empty for none. */
  readonly siblings?: readonly OtherDevice[];
  /** Own devices that another one stopped, and under which version of the list; kept in the store of suspensions. */
  readonly suspended?: readonly { readonly instanceId: InstanceId; readonly listVersion: number }[];
  /** The identity key came from a file: no new one is made until it is known that no other device uses it. */
  readonly unconfirmed?: boolean;
}

/** Another device of the own person. The signed list says whether it counts. */
export interface OtherDevice {
  readonly instanceId: InstanceId;
  /** Its newest credential known. */
  readonly credential: Uint8Array;
  /** When this device first heard of it, Unix milliseconds. */
  readonly addedAt: number;
}

export interface LocalStore extends Transactions {
  load(): LocalRecord | undefined;
  save(record: LocalRecord): void;
}

/** Where one device of a person can be reached, by its newest card. */
export interface DevicePlaces {
  /** Absent for what was stored before devices were told apart. */
  readonly instanceId?: InstanceId;
  /** When the card was made, by the device's own clock, Unix milliseconds. */
  readonly time: number;
  /** At most eight, best first. */
  readonly addresses: readonly Address[];
}

/** What is known and pinned of another person. All blobs were verified before they were stored. */
export interface PeerRecord {
  readonly peerId: PeerId;
  /** The pin: SHA-256 of the SPKI of the identity key this person is known by, 32 bytes. */
  readonly pinnedSpkiHash: Uint8Array;
  readonly identityEpoch: number;
  /** X.509 DER. */
  readonly identityCertificate: Uint8Array;
  readonly instanceList: Uint8Array;
  readonly listVersion: number;
  readonly instances: readonly Uint8Array[];
  readonly exchanges: readonly Uint8Array[];
  /** Of at most 16 devices, each once, newest card first. */
  readonly places: readonly DevicePlaces[];
  readonly blocked: boolean;
  /** Credential bytes hashes etc. are derived; this is when the record last changed. */
  readonly updatedAt: number;
}

export interface PeerStore extends Transactions {
  find(peerId: PeerId): PeerRecord | undefined;
  put(record: PeerRecord): void;
  remove(peerId: PeerId): void;
  list(): readonly PeerRecord[];
}

/** The semi-static key and the replay guard of sessions live in memory; only this survives a restart. */
export interface InstanceRef {
  readonly peerId: PeerId;
  readonly instanceId: InstanceId;
}
