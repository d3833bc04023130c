import type { Link } from '../../electron/engine/ports';
import { createSessionHost, type SessionHost } from '../../electron/engine/session/session-host';
import type { Session, SessionItem } from '../../electron/engine/session/session';
import { Delivery } from '../../electron/services/delivery';
import { EventHub } from '../../electron/services/event-hub';
import { Device, person, quiet, testCrypto } from './dialog-kit';
import { createLinkPair, type LinkPair } from './link-pair';
import { ManualClock } from './manual-clock';

/** A device with real delivery over real sessions; only the cable between two of them is a toy. */
export class DeliveryEnd {
  readonly device: Device;
  delivery: Delivery;
  readonly host: SessionHost;
  session: Session | undefined;
  /** Everything this end handed to its sessions. */
  readonly sent: SessionItem[] = [];
  readonly #clock: ManualClock;

  constructor(device: Device, other: Device, clock: ManualClock) {
    this.device = device;
    this.#clock = clock;
    this.delivery = this.#deliver();
    this.host = createSessionHost({
      crypto: device.crypto,
      clock,
      logger: quiet,
      local: () => device.person.local,
      peers: { pinned: () => ({ spkiHash: other.person.local.identity.spkiHash, blocked: false }) },
      onSession: (session) => this.#use(session),
    });
  }

  of(kind: SessionItem['kind']): SessionItem[] {
    return this.sent.filter((item) => item.kind === kind);
  }

  /** A new engine over the same database; whoever holds a session loses it. */
  restart(): void {
    this.session?.close();
    this.delivery.close();
    this.device.restart();
    this.delivery = this.#deliver();
  }

  #deliver(): Delivery {
    const { device } = this;
    return new Delivery({
      crypto: device.crypto,
      engine: device.engine,
      history: { sent: () => undefined },
      events: new EventHub(quiet),
      clock: this.#clock,
      logger: quiet,
      ownInstance: device.person.local.instanceId,
      transaction: (work) => device.db.transaction(work),
    });
  }

  #use(session: Session): void {
    this.session = session;
    const { peerId } = session.peer.identity;
    session.onClose(() => {
      if (this.session !== session) return;
      this.session = undefined;
      this.delivery.detach(peerId);
    });
    this.delivery.attach(peerId, this.#overheard(session), () => undefined);
  }

  /** The same session, with a note of every item sent. */
  #overheard(session: Session): Session {
    const { peer, role, remote, since, keyId, resumed, resumedFrom, handedOver, handedOverBy, underSuccessor } = session;
    return {
      peer,
      role,
      remote,
      since,
      keyId,
      resumed,
      resumedFrom,
      handedOver,
      handedOverBy,
      underSuccessor,
      holdBack: (onHeld) => session.holdBack(onHeld),
      takePairSecret: () => session.takePairSecret(),
      get digests() {
        return session.digests;
      },
      send: (items) => {
        this.sent.push(...items);
        return session.send(items);
      },
      onItems: (handler) => session.onItems(handler),
      onDrain: (handler) => session.onDrain(handler),
      onClose: (handler) => session.onClose(handler),
      pause: () => session.pause(),
      resume: () => session.resume(),
      checkNow: (deadlineMs) => session.checkNow(deadlineMs),
      onTaken: (handler) => session.onTaken(handler),
      close: () => session.close(),
    };
  }
}

export interface DeliveryPair {
  readonly alice: DeliveryEnd;
  readonly bob: DeliveryEnd;
  /** A new connection in place of the last one. */
  connect(): Promise<LinkPair>;
  /** Lets everything under way arrive: `turns` of the event loop, 2 ms each. */
  run(turns?: number): Promise<void>;
  /** Runs until neither has anything to say; throws when that never happens. */
  settle(): Promise<void>;
  close(): void;
}

/** Alice dials, Bob listens. `caches`: header cache entries of either. */
export async function newDeliveryPair(caches: { readonly alice: number; readonly bob: number }): Promise<DeliveryPair> {
  const crypto = await testCrypto();
  const [a, b] = await Promise.all([person('Alice'), person('Bob')]);
  const limits = { decapsulations: 1_000_000 };
  const devices = [new Device(crypto, a, { limits: { ...limits, cacheEntries: caches.alice } }), new Device(crypto, b, { limits: { ...limits, cacheEntries: caches.bob } })] as const;
  devices[0].knows(devices[1]);
  devices[1].knows(devices[0]);
  const clock = new ManualClock(devices[0].clock.time + 60_000);
  const alice = new DeliveryEnd(devices[0], devices[1], clock);
  const bob = new DeliveryEnd(devices[1], devices[0], clock);
  let link: Link | undefined;

  const run = async (turns = 1): Promise<void> => {
    for (let turn = 0; turn < turns; turn += 1) {
      await clock.advance(2);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const isDone = (): boolean =>
    [alice, bob].every(({ device, session }) => {
      const peerId = device === devices[0] ? devices[1].peerId : devices[0].peerId;
      const due = device.db.prepare('SELECT count(*) AS n FROM receiving_streams WHERE acknowledgement_due = 1').get();
      return session !== undefined && due?.['n'] === 0 && device.engine.pending(peerId, { limit: 1 }).length === 0;
    });

  return {
    alice,
    bob,
    async connect() {
      link?.destroy();
      const pair = createLinkPair({ clock });
      link = pair.dialler;
      bob.host.accept(pair.listener);
      const { local } = bob.device.person;
      const dialled = alice.host.dial(pair.dialler, { peerId: local.peerId, pinnedSpkiHash: local.identity.spkiHash, exchange: local.exchange.current.credential });
      for (let turn = 0; turn < 10; turn += 1) await run();
      await dialled;
      return pair;
    },
    run,
    async settle() {
      for (let turn = 0; turn < 200; turn += 1) {
        alice.delivery.flush(devices[1].peerId);
        bob.delivery.flush(devices[0].peerId);
        await run(2);
        if (isDone()) return;
      }
      throw new Error('they never finished');
    },
    close() {
      link?.destroy();
      for (const end of [alice, bob]) {
        end.delivery.close();
        end.host.close();
        end.device.db.close();
      }
    },
  };
}
