import type { Crypto } from '../../electron/engine/crypto/crypto';
import { VerifiedCache } from '../../electron/engine/certificates/chain';
import { sourceOfForwarded } from '../../electron/engine/dialog/forwarded-chain';
import type { DialogLimits } from '../../electron/engine/dialog/dialog-engine';
import type { DialogId, InstanceId } from '../../electron/engine/ids';
import { DialogFacts } from '../../electron/services/replication/dialog-facts';
import { Device, quiet, type TestClock } from './dialog-kit';
import type { Person } from './dialog-person';
import { MemoryReplica } from './memory-replica';

const utf8 = { encode: new TextEncoder(), decode: new TextDecoder() };

/**
 * One of several devices of a person: the engine over a database of its own, the common log, and a screen that shows what
 * the engine delivers and what other own devices tell as history, each place once.
 */
export class SharedDevice extends Device {
  readonly replica: MemoryReplica;
  readonly facts: DialogFacts;
  /** By `dialog/instance/sequence`. */
  readonly screen = new Map<string, string>();
  readonly removed = new Set<InstanceId>();
  #seen = 0;
  readonly #later: (() => void)[] = [];

  constructor(crypto: Crypto, person: Person, clock: TestClock, limits: Partial<DialogLimits> = {}) {
    super(crypto, person, { clock, limits: { decapsulations: 1_000_000, ...limits } });
    const verified = new VerifiedCache();
    this.replica = new MemoryReplica(person.local.instanceId, () => clock.now());
    this.facts = new DialogFacts({
      crypto,
      clock,
      logger: quiet,
      replica: this.replica,
      shared: () => this.engine.shared,
      sourceOf: (chain) =>
        sourceOfForwarded(
          {
            crypto,
            local: this.person.local,
            peers: { pinned: (peerId) => { const known = this.peers.get(peerId); return known && { spkiHash: known.identity.spkiHash, blocked: known.blocked }; } },
            verified,
            predecessorsOf: () => [],
            isActive: (_, instanceId) => !this.removed.has(instanceId),
            now: clock.now(),
          },
          chain,
        ),
      own: person.local.instanceId,
      isSuspended: (instanceId) => this.removed.has(instanceId),
      startToken: () => this.engine.standing(person.local.peerId, person.local.instanceId)[0]?.startToken,
      onForwarded: () => undefined,
      later: (work) => void this.#later.push(work),
      commit: (work) => work(),
    });
    this.replica.register({
      kind: 'message',
      rank: 50,
      apply: ({ key, value }) => {
        this.show(key, utf8.decode.decode(value), true);
        return true;
      },
      all: () => [...this.screen].map(([key, text]) => ({ key, value: utf8.encode.encode(text) })),
    });
    this.news = () => this.facts;
    this.restart();
    this.facts.start();
  }

  get instanceId(): InstanceId {
    return this.person.local.instanceId;
  }

  override say(to: Device, dialogId: DialogId, text: string): { sequence: number; keyEpoch: number } {
    const sent = super.say(to, dialogId, text);
    const key = `${dialogId}/${this.instanceId}/${sent.sequence}`;
    this.show(key, text);
    this.replica.say('message', key, utf8.encode.encode(text));
    return sent;
  }

  /** What the engine has delivered since. Throws where it delivers the same place twice. */
  look(): void {
    for (const work of this.#later.splice(0)) work();
    const delivered = this.sink.of('delivered');
    for (; this.#seen < delivered.length; this.#seen += 1) {
      const event = delivered[this.#seen];
      if (event?.content.kind !== 'text') continue;
      const key = `${event.dialogId}/${event.instanceId}/${event.sequence}`;
      if (delivered.slice(0, this.#seen).some((each) => each.dialogId === event.dialogId && each.instanceId === event.instanceId && each.sequence === event.sequence)) throw new Error(`delivered twice: ${key}`);
      this.show(key, event.content.text);
      this.replica.say('message', key, utf8.encode.encode(event.content.text));
    }
  }

  show(key: string, text: string, _told = false): void {
    const before = this.screen.get(key);
    if (before !== undefined && before !== text) throw new Error(`two messages at ${key}`);
    this.screen.set(key, text);
  }

  /** Both own devices tell each other everything. */
  sync(sibling: SharedDevice): void {
    this.look();
    sibling.look();
    for (let rounds = 0; rounds < 4; rounds += 1) {
      const told = this.replica.tell(sibling.replica) + sibling.replica.tell(this.replica);
      sibling.look();
      this.look();
      if (told === 0) break;
    }
    this.replica.sweep();
    sibling.replica.sweep();
  }
}
