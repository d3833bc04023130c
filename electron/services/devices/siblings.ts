import { createCard, parseCard } from '../../engine/certificates/card';
import { parseInstanceCredential } from '../../engine/certificates/credential';
import type { LocalParty } from '../../engine/certificates/local-party';
import type { Crypto } from '../../engine/crypto/crypto';
import type { InstanceId } from '../../engine/ids';
import type { Address, Clock, Logger, Random, Transport } from '../../engine/ports';
import { deviceKeyOf } from '../../engine/session/own-device';
import type { Session } from '../../engine/session/session';
import type { SessionHost } from '../../engine/session/session-host';
import { addressText } from '../address-text';
import { backoffMs } from '../backoff';
import type { EventHub } from '../event-hub';
import type { DeviceStore } from '../ports/devices';
import { encodeTopic, parseTopic, type Topic } from './topics';

const dialTimeoutMs = 5_000;
const sightingGapMs = 5_000;
/** A connection that lived this long was healthy. */
const healthyMs = 60_000;

/** What a part of the program says to the own other devices, and hears from them. */
export interface SiblingLine {
  /** Devices there is a session with now. */
  connected(): readonly InstanceId[];
  /** False: wait for `onDrain` of that device before sending much more; undefined: there is no session with it. At most 69,900 bytes. */
  send(to: InstanceId, words: Uint8Array): boolean | undefined;
}

/** Never throws back: what goes wrong in a handler ends the session that brought it. */
export interface SiblingHandler {
  /** A session with this device came into use: `send` works from now on. */
  met?(instanceId: InstanceId, session: Session): void;
  /** `words` is a view that lasts until the end of this turn. */
  heard(instanceId: InstanceId, words: Uint8Array): void;
  drained?(instanceId: InstanceId): void;
  left?(instanceId: InstanceId): void;
}

export interface SiblingsParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly events: EventHub;
  readonly transport: Transport;
  readonly host: () => Pick<SessionHost, 'dial'>;
  readonly local: LocalParty;
  /** Not one that was suspended. */
  readonly mayReach: (instanceId: InstanceId) => boolean;
  readonly devices: DeviceStore;
  readonly ownAddresses: () => readonly Address[];
  /** Where devices of the own person were heard on the local network just now: where to try, never whom to trust. */
  readonly heardAt: () => readonly Address[];
  readonly commit: <T>(work: () => T) => T;
  /** Another device said where it is now. */
  readonly onCard?: (instanceId: InstanceId, card: Uint8Array) => void;
}

interface Reaching {
  session: Session | undefined;
  dialling: boolean;
  failures: number;
  cancel: (() => void) | undefined;
}

/** Sessions between this device and each other one of the same person (protocol.md §10), kept up with back-off; what they carry goes to whoever owns the topic. */
export class Siblings {
  readonly #parts: SiblingsParts;
  readonly #reaching = new Map<InstanceId, Reaching>();
  readonly #handlers = new Map<Topic, SiblingHandler>();
  #lastCardTime = 0;
  #sightedAt: number | undefined;
  #closed = false;

  constructor(parts: SiblingsParts) {
    this.#parts = parts;
  }

  /** Takes over a topic; once for each, before `start`. */
  line(topic: Topic, handler: SiblingHandler): SiblingLine {
    this.#handlers.set(topic, handler);
    return {
      connected: () => [...this.#reaching].flatMap(([instanceId, { session }]) => (session ? [instanceId] : [])),
      send: (to, words) => this.#reaching.get(to)?.session?.send([{ kind: 'sibling', bytes: encodeTopic(topic, words) }]),
    };
  }

  /** Other devices that count, by the signed list in force. */
  active(): readonly InstanceId[] {
    const { local, mayReach } = this.#parts;
    return local.list.instances.filter(({ state, instanceId }) => state === 'active' && instanceId !== local.instanceId && mayReach(instanceId)).map(({ instanceId }) => instanceId);
  }

  session(instanceId: InstanceId): Session | undefined {
    return this.#reaching.get(instanceId)?.session;
  }

  sessions(): readonly Session[] {
    return [...this.#reaching.values()].flatMap(({ session }) => (session ? [session] : []));
  }

  start(): void {
    this.lookAgain();
  }

  /** Another network, or another list: everybody who is not here is looked for at once. */
  lookAgain(): void {
    for (const instanceId of this.active()) {
      const peer = this.#peer(instanceId);
      peer.failures = 0;
      this.#reach(instanceId, peer);
    }
  }

  /** A device of the own person was heard on the local network. Contacts can make that up: so no more often than every few seconds. */
  sighted(): void {
    const now = this.#parts.clock.monotonic();
    if (this.#sightedAt !== undefined && now - this.#sightedAt < sightingGapMs) return;
    this.#sightedAt = now;
    this.lookAgain();
  }

  /** The own addresses are different. */
  addressesChanged(): void {
    for (const session of this.sessions()) this.#greet(session);
  }

  /** A confirmed session with another device of the own person, whoever dialled. May come again for one that is back in use. */
  adopt(session: Session): void {
    const { instanceId, bytes: credential } = session.peer.instance;
    const { devices, clock, commit } = this.#parts;
    if (this.#closed || !this.active().includes(instanceId)) return session.close();
    const peer = this.#peer(instanceId);
    peer.cancel?.();
    peer.cancel = undefined;
    const since = clock.monotonic();
    const isNew = peer.session !== session;
    peer.session = session;
    // First: what the disk does not take ends this session, and must not keep us from coming back.
    if (isNew) session.onClose(() => this.#ended(instanceId, peer, session, since));
    commit(() => {
      const { awaited: _here, ...known } = devices.find(instanceId) ?? {};
      devices.put({ instanceId, cardTime: 0, addresses: [], addedAt: clock.now(), ...known, credential, lastSeenAt: clock.now() });
    });
    session.onItems((items) => {
      for (const item of items) {
        if (item.kind === 'card') this.#learn(session, item.bytes);
        else if (item.kind === 'sibling') this.#heard(session, item.bytes);
      }
    });
    session.onDrain(() => this.#each(session, (handler) => handler.drained?.(instanceId)));
    this.#greet(session);
    this.#each(session, (handler) => handler.met?.(instanceId, session));
    this.#changed();
  }

  /** Ends sessions with devices that count no more. */
  dropGone(): void {
    const active = new Set(this.active());
    for (const [instanceId, { session }] of this.#reaching) if (!active.has(instanceId)) session?.close();
  }

  close(): void {
    this.#closed = true;
    for (const { cancel, session } of this.#reaching.values()) {
      cancel?.();
      session?.close();
    }
  }

  #heard(session: Session, bytes: Uint8Array): void {
    const said = parseTopic(bytes);
    const handler = said && this.#handlers.get(said.topic);
    if (!handler) return;
    try {
      handler.heard(session.peer.instance.instanceId, said.words);
    } catch (error) {
      this.#fault('sibling.fault', error);
      session.close();
    }
  }

  /** Where that device is to be found; its own word only. */
  #learn(session: Session, bytes: Uint8Array): void {
    const { crypto, clock, local, devices, commit, logger } = this.#parts;
    try {
      const card = parseCard(crypto, bytes, clock.now(), { pinnedSpkiHash: local.identity.spkiHash, mayLapse: () => true });
      const { instanceId } = card.chain.instance;
      if (instanceId !== session.peer.instance.instanceId) return;
      commit(() => {
        const known = devices.find(instanceId);
        if (known) devices.put({ ...known, cardTime: card.time, addresses: card.addresses });
      });
      this.#parts.onCard?.(instanceId, card.bytes);
      this.#changed();
    } catch {
      logger.warn('card.rejected');
    }
  }

  #greet(session: Session): void {
    const { crypto, clock, local, ownAddresses } = this.#parts;
    this.#lastCardTime = Math.max(clock.now(), this.#lastCardTime + 1);
    session.send([{ kind: 'card', bytes: createCard(crypto, local, ownAddresses(), this.#lastCardTime, 'contact') }]);
  }

  #each(session: Session, tell: (handler: SiblingHandler) => void): void {
    for (const handler of this.#handlers.values()) {
      try {
        tell(handler);
      } catch (error) {
        this.#fault('sibling.fault', error);
        session.close();
      }
    }
  }

  #ended(instanceId: InstanceId, peer: Reaching, session: Session, since: number): void {
    if (peer.session !== session) return; // another one has taken its place
    peer.session = undefined;
    peer.failures = this.#parts.clock.monotonic() - since >= healthyMs ? 0 : peer.failures + 1;
    if (this.#closed) return;
    for (const handler of this.#handlers.values()) {
      try {
        handler.left?.(instanceId);
      } catch (error) {
        this.#fault('sibling.fault', error); // must not keep us from coming back
      }
    }
    this.#changed();
    this.#later(instanceId, peer);
  }

  #peer(instanceId: InstanceId): Reaching {
    let peer = this.#reaching.get(instanceId);
    if (!peer) {
      peer = { session: undefined, dialling: false, failures: 0, cancel: undefined };
      this.#reaching.set(instanceId, peer);
    }
    return peer;
  }

  #later(instanceId: InstanceId, peer: Reaching): void {
    const { clock, random } = this.#parts;
    if (this.#closed || peer.session || peer.dialling) return;
    peer.cancel?.();
    // Who counts stands on the disk, which may fail: not asked before a timer that outlives it.
    peer.cancel = clock.setTimer(backoffMs(random, peer.failures), () => {
      if (this.active().includes(instanceId)) this.#reach(instanceId, peer);
    });
  }

  #reach(instanceId: InstanceId, peer: Reaching): void {
    peer.cancel?.();
    peer.cancel = undefined;
    if (this.#closed || peer.session || peer.dialling) return;
    peer.dialling = true;
    void this.#dial(instanceId)
      .then(
        () => undefined,
        (error: unknown) => {
          peer.failures += 1;
          this.#parts.logger.debug('sibling.dial-failed', { reason: error instanceof Error ? error.name : 'unknown' });
        },
      )
      .finally(() => {
        peer.dialling = false;
        this.#later(instanceId, peer);
      });
  }

  /** One address after the other. The session host hands the session out itself. */
  async #dial(instanceId: InstanceId): Promise<void> {
    const { crypto, transport, host, local, devices } = this.#parts;
    let failure: unknown = new Error('no address is known');
    const known = devices.find(instanceId);
    if (!known) throw failure;
    // Its own key: that of the person may have changed while it, or this one, was away.
    const exchange = deviceKeyOf(crypto, parseInstanceCredential(crypto, known.credential));
    for (const address of this.#placesOf(known.addresses)) {
      if (this.#closed || this.#peer(instanceId).session) return;
      try {
        const link = await transport.dial(address, dialTimeoutMs, undefined, local.peerId);
        await host().dial(link, { peerId: local.peerId, pinnedSpkiHash: local.identity.spkiHash, exchange, instanceId });
        return;
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  /** Nobody but the device itself can open what it is dialled with, so whoever else is there is passed by. */
  #placesOf(said: readonly Address[]): readonly Address[] {
    const places = [...this.#parts.heardAt(), ...said].map((address): [string, Address] => [addressText(address), address]);
    return [...new Map(places).values()];
  }

  #changed(): void {
    if (!this.#closed) this.#parts.events.emit({ type: 'devices.changed' });
  }

  #fault(event: string, error: unknown): void {
    this.#parts.logger.error(event, { reason: error instanceof Error ? error.name : 'unknown' });
  }
}
