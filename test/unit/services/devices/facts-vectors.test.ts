import { beforeAll, describe, expect, it } from 'vitest';
import { createCrypto } from '../../../../electron/engine/crypto/create-crypto';
import { kernelRandom } from '../../../../electron/engine/crypto/kernel-random';
import { dialogIdFromBytes, parsePeerId } from '../../../../electron/engine/wire/ids';
import { WireError } from '../../../../electron/engine/wire/wire-error';
import { EventHub } from '../../../../electron/services/event-hub';
import { Authors } from '../../../../electron/services/replication/authors';
import { DialogFacts, type DialogFactsParts } from '../../../../electron/services/replication/dialog-facts';
import { instanceOf } from '../../../../electron/services/replication/kinds/values';
import { productKinds } from '../../../../electron/services/replication/product-kinds';
import type { FactKind } from '../../../../electron/services/replication/replica';
import { KeyshiftError } from '../../../../shared/errors';
import { ready } from '../../../reference/dialog-twin';
import { factsVectors, inFull } from '../../../reference/facts-vectors';
import { logDevices, type LogDevice } from '../../../support/replica-kit';
import deposit from '../../../vectors/deposit.json';
import vectors from '../../../vectors/facts.json';
import ways from '../../../vectors/ways.json';

/** Anything that is asked of it answers nothing: what a fact brings about is looked at elsewhere. */
const nothing: object = new Proxy(() => undefined, { get: (_target, name) => (name === Symbol.toPrimitive ? undefined : nothing) });
const orNothing = (parts: object): object => new Proxy(parts, { get: (target, name) => Reflect.get(target, name) ?? nothing });

let device: LogDevice;
let kinds: readonly FactKind[];

beforeAll(async () => {
  await ready;
  const crypto = await createCrypto({ random: kernelRandom });
  const [made] = await logDevices(1);
  if (!made) throw new Error('no device');
  device = made;
  const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const clock = { now: () => deposit.sender.now, monotonic: () => 0, setTimer: () => () => undefined };
  const { stores, own } = device;
  // Every device of the list counts, so that nothing is passed over for who says it.
  const local = { instanceId: own, list: { version: 1, instances: [] }, suspended: new Set<string>() };
  let handles = 0;
  const talk = orNothing({ changes: orNothing({ arrived: (_conversation: unknown, row: unknown) => row, placed: () => undefined }), disappearing: orNothing({ isAhead: () => false }) });
  const book = orNothing({ find: () => ({ record: { peerId: vectors.peerId, identityEpoch: 1, pinnedSpkiHash: Buffer.from(vectors.spkiHash, 'hex') } }) });
  const profile = orNothing({
    stores, local, talk, book, newMessageId: () => `${own}${(handles += 1)}`, waitingFor: () => undefined, devices: { replica: { isReady: false, sayAfter: () => undefined, find: () => undefined } },
  }) as Parameters<typeof productKinds>[0];
  const surroundings = { crypto, clock, random: kernelRandom, events: new EventHub(logger), settings: () => ({}), onSettings: undefined, mailbox: undefined } as unknown as Parameters<typeof productKinds>[1];
  const ofDialogs: FactKind[] = [];
  const replica = { register: (kind: FactKind) => void ofDialogs.push(kind), find: () => undefined, say: () => undefined, sayAfter: () => undefined };
  const dialogs = new DialogFacts({ crypto, clock, logger, replica, shared: () => nothing, own, isSuspended: () => false, later: () => undefined, commit: () => undefined } as unknown as DialogFactsParts);
  const authors = new Authors({ local: local as never, store: stores.replica, say: () => undefined, onRaised: () => undefined });
  dialogs.close();
  kinds = [authors.kind(), ...productKinds(profile, surroundings), ...ofDialogs];
  // The conversation that the facts are about: of one that is not here some values wait unread.
  const peerId = parsePeerId(vectors.peerId);
  stores.contacts.put({ contactId: '1'.repeat(32), peerId, name: 'Vera', createdAt: 1, relation: 'mutual', checked: false, blocked: false, hints: [], permissions: { message: true, openConversation: true, sendFile: true } });
  const dialogId = dialogIdFromBytes(Buffer.from(vectors.kinds.find(({ kind }) => kind === 'conversation')?.key.split('/')[1] ?? '', 'hex'));
  stores.conversations.put({ conversationId: '2'.repeat(32), contactId: '1'.repeat(32), peerId, dialogId, title: '', state: 'open', createdAt: 1, unread: 0 });
});

/** What becomes of a fact of another own device; what it changed is undone. */
function outcomeOf(kind: string, key: string, value: Uint8Array): string {
  const found = kinds.find((each) => each.kind === kind);
  if (!found) return 'unknown';
  // Of its own stream each device speaks for itself.
  const author = kind === 'sent' ? instanceOf(key.split('/')[2] ?? '') : device.own;
  let outcome = 'taken';
  const undone = new Error('undone');
  try {
    device.db.transaction(() => {
      try {
        found.apply({ author, number: 1, stamp: 1, kind, key, value });
      } catch (error) {
        // Anything else is of a profile that is hardly there, and comes when the value was read.
        if (error instanceof WireError || error instanceof KeyshiftError) outcome = 'refused';
      }
      throw undone;
    });
  } catch (error) {
    if (error !== undone) throw error;
  }
  return outcome;
}

describe('the vectors of facts', () => {
  it('S4-32: a second hand lays out exactly what is written down', () => {
    expect(factsVectors({ chain: deposit.sender.chain, card: ways.card.bytes })).toEqual(vectors);
  });

  it('S4-32: every kind there is has some', () => {
    expect(kinds.map(({ kind }) => kind).filter((kind) => !vectors.kinds.some((each) => each.kind === kind))).toEqual(['mailbox', 'revoked']);
  });

  it('S4-32: what is laid out so is taken, and anything else is refused', () => {
    for (const { kind, key, good, bad, badKeys } of vectors.kinds) {
      const first = good[0]?.bytes ?? '';
      const bytes = (one: { readonly same?: number; readonly bytes: string }): Uint8Array => Uint8Array.from(Buffer.from(inFull(one, first), 'hex'));
      for (const one of good) expect([kind, one.name, outcomeOf(kind, key, bytes(one))]).toEqual([kind, one.name, 'taken']);
      for (const one of bad) expect([kind, one.name, outcomeOf(kind, key, bytes(one))]).toEqual([kind, one.name, 'refused']);
      for (const one of badKeys) expect([kind, one.name, outcomeOf(kind, one.key, bytes({ bytes: first }))]).toEqual([kind, one.name, 'refused']);
    }
  });
});
