import { newDevices, personOf } from './two-devices';
import type { LocalParty } from '../../electron/engine/certificates/local-party';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import { instanceIdOf } from '../../electron/engine/identity/peer-id';
import type { InstanceId } from '../../electron/engine/ids';
import { EventHub } from '../../electron/services/event-hub';
import type { Stores } from '../../electron/services/ports';
import { FactLog } from '../../electron/services/replication/fact-log';
import { blockKind } from '../../electron/services/replication/kinds/block';
import { conversationKind } from '../../electron/services/replication/kinds/conversation';
import { endedKind } from '../../electron/services/replication/kinds/ended';
import type { KindParts } from '../../electron/services/replication/kinds/kind-parts';
import { markKind } from '../../electron/services/replication/kinds/mark';
import { messageKind } from '../../electron/services/replication/kinds/message';
import { personKind } from '../../electron/services/replication/kinds/person';
import { shareStores } from '../../electron/services/replication/shared-stores';
import type { Fact, Replica } from '../../electron/services/replication/replica';
import { signFact, type SignedFact } from '../../electron/services/replication/signed-facts';
import type { Db } from '../../electron/storage/database';
import { openStores } from '../../electron/storage/open-stores';
import { withSpareKeys } from './rsa-keys';
import { freshDatabase } from './fresh-database';

/** One device's log over real tables, without sessions: what is said here is carried to others by hand. */
export interface LogDevice {
  readonly own: InstanceId;
  readonly signingKey: Uint8Array;
  /** As this device says it. */
  sign(fact: Fact): SignedFact;
  readonly db: Db;
  readonly stores: Stores;
  readonly log: FactLog;
  /** This device's clock, Unix milliseconds. */
  now: number;
  /** Takes up to so many batches of what this one knows of every author. */
  hear(from: LogDevice, batches: number): void;
  /** As if nothing had ever happened here. */
  reset(): void;
  close(): void;
}

let somebody: Promise<LocalParty> | undefined;

async function makeSomebody(): Promise<LocalParty> {
  const crypto = withSpareKeys(await createCrypto({ random: kernelRandom }));
  const [record] = await newDevices(crypto, 'Log', 1_700_000_000_000);
  return personOf(crypto, record, 1_700_000_000_000).local;
}

/** Devices with keys of their own; all on one list. */
export async function logDevices(count: number): Promise<LogDevice[]> {
  const local = await (somebody ??= makeSomebody());
  const crypto = await createCrypto({ random: kernelRandom });
  const signers = Array.from({ length: count }, () => crypto.generateSigning());
  const ids = signers.map(({ publicKey }) => instanceIdOf(crypto, publicKey));
  const list = { ...local.list, instances: ids.map((instanceId) => ({ instanceId, credentialHash: new Uint8Array(32), roles: [], state: 'active' as const })) };
  return signers.map((signing) => {
    const own = instanceIdOf(crypto, signing.publicKey);
    const db = freshDatabase();
    const plain = openStores(db);
    const device = { ...local, instanceId: own, list };
    const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    const events = new EventHub(logger);
    const log = new FactLog({
      store: plain.replica,
      crypto,
      peerId: local.peerId,
      signing,
      own,
      now: () => made.now,
      limitOf: (author) => (ids.includes(author) ? Infinity : undefined),
      within: (work) => db.transaction(work),
      onSpoilt: (kind) => {
        throw new Error(`spoilt: ${kind}`);
      },
    });
    const replica: Replica = {
      isOn: true,
      isReady: true,
      hasHeardAll: true,
      isAwaited: true,
      progress: undefined,
      register: () => undefined,
      sift: () => undefined,
      find: () => undefined,
      behind: () => undefined,
      onChange: () => () => undefined,
      get isApplying() {
        return log.isApplying;
      },
      sayAfter: (kind, key, value) => log.sayAfter(kind, key, value),
      say: (kind, key, value) => (log.isApplying ? undefined : log.say(kind, key, value)),
    };
    const stores = shareStores(plain, () => replica, { clock: { now: () => made.now, monotonic: () => made.now, setTimer: () => () => undefined }, random: kernelRandom, local: device });
    let handles = 0;
    const profile = {
      book: { setBlocked: () => undefined },
      ways: { blockChanged: () => undefined },
      engine: { block: () => undefined },
      quarantine: { drop: () => undefined },
      newMessageId: () => `${own}${(handles += 1)}`,
      waitingFor: () => undefined,
      devices: { replica: { isReady: false, sayAfter: replica.sayAfter, find: replica.find } },
      talk: { together: { came: () => undefined, said: () => undefined }, changes: { arrived: (_of: unknown, row: unknown) => row }, disappearing: { begin: () => undefined, look: () => undefined, endOf: () => undefined, endBy: () => undefined }, read: () => undefined },
    };
    // Only what these kinds ask of a profile.
    const parts = { crypto, clock: undefined, random: kernelRandom, events, stores, local: device, profile, onBlocked: () => undefined, onRead: () => undefined, onMutual: () => undefined, onAllowed: () => undefined, onPinned: () => undefined } as unknown as KindParts;
    for (const kind of [personKind(parts), blockKind(parts), conversationKind(parts), endedKind(parts), messageKind(parts), markKind(parts)]) log.register(kind);
    const made: LogDevice = {
      own,
      signingKey: signing.publicKey,
      sign: (fact) => signFact(crypto, local.peerId, signing, fact),
      db,
      stores,
      log,
      now: 1_700_000_000_000,
      hear(from, batches) {
        for (let left = batches; left > 0; left -= 1) {
          const due = ids.find((author) => author !== own && (from.stores.replica.heard().get(author) ?? 0) > (stores.replica.heard().get(author) ?? 0));
          const batch = due && from.log.batch(due, stores.replica.heard().get(due) ?? 0);
          if (!batch) break;
          db.transaction(() => log.take(batch));
        }
        for (let used = 1; used > 0; ) used = db.transaction(() => log.retry(undefined, 10_000)).used;
      },
      reset() {
        made.now = 1_700_000_000_000;
        for (const table of ['replica_facts', 'replica_heard', 'replica_state', 'replica_authors', 'messages', 'conversations', 'contacts', 'device_mailboxes', 'device_mailbox_ends']) db.exec(`DELETE FROM ${table}`);
        try {
          db.transaction(() => {
            throw new Error('what was remembered of rows is forgotten');
          });
        } catch {
          // as it should
        }
      },
      close: () => db.close(),
    };
    return made;
  });
}

/** Everything of it that a person sees, told by global ids. */
export function seenAt({ stores }: LogDevice): unknown {
  const { contacts, conversations, messages } = stores;
  return {
    people: contacts.list().map(({ peerId, name, blocked, relation, permissions }) => ({ peerId, name, blocked, relation, permissions })).sort((a, b) => (a.peerId < b.peerId ? -1 : 1)),
    conversations: conversations
      .list()
      .map(({ conversationId, dialogId, title, state, failure, unread, preview, lastMessageAt }) => {
        const shown = messages.page(conversationId, undefined, 1_000);
        const places = new Map(shown.map((row) => [row.messageId, `${row.instanceId}/${row.sequence}`]));
        return {
          dialogId,
          title,
          state,
          failure,
          unread,
          preview,
          lastMessageAt,
          messages: shown.map(({ instanceId, sequence, text, state: reached, replyTo }) => ({ at: `${instanceId}/${sequence}`, text, state: reached, replyTo: replyTo && places.get(replyTo) })),
        };
      })
      .sort((a, b) => (a.dialogId < b.dialogId ? -1 : 1)),
  };
}
