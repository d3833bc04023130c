import { createDialogEngine, type DialogEngine } from '../../electron/engine/dialog/dialog-engine';
import { createStartToken } from '../../electron/engine/dialog/start-token';
import { openDatabase } from '../../electron/storage/database';
import { createDialogStore } from '../../electron/storage/dialog-store';
import { migrate } from '../../electron/storage/migrate';
import { asRemote, clock, type Party } from './keyshift-party';
import type { KeyshiftPair } from './warm-message';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

interface Device {
  readonly party: Party;
  readonly engine: DialogEngine;
  /** Text delivered last. */
  text: string;
  cursor: number;
  close(): void;
}

export interface EnginePairOptions {
  /** Names a database file for each of the two, keyed; without it both stand in memory. */
  readonly file?: (name: string) => string;
  /** After so many messages acknowledgements empty the outboxes, as a session would do it. */
  readonly acknowledgeEvery?: number;
}

/**
 * The whole dialog engine over the encrypted database: `send` (one commit: outbox and stream), `pending`, `receive` (one
 * commit: order, epochs, replay, stream), and their share of the acknowledgements. Contents are ASCII text.
 */
export function createEnginePair(alice: Party, bob: Party, { file, acknowledgeEvery = 16 }: EnginePairOptions = {}): KeyshiftPair {
  const a = newDevice(alice, bob, file?.('alice'));
  const b = newDevice(bob, alice, file?.('bob'));
  const dialogId = a.engine.open(bob.person.local.peerId, { title: 'Bench' });
  let crossed = 0;

  const deliver = (from: Device, to: Device): void => {
    const batch = from.engine.pending(to.party.person.local.peerId, { after: from.cursor, limit: 64 });
    from.cursor = batch.at(-1)?.cursor ?? from.cursor;
    const outcomes = to.engine.receive(from.party.person.chain, batch.map(({ bytes }) => bytes));
    const refused = outcomes.find(({ kind }) => kind !== 'delivered');
    if (refused) throw new Error(`not delivered: ${JSON.stringify(refused)}`);
  };
  const acknowledge = (from: Device, to: Device): void => {
    const batch = from.engine.acknowledgements(to.party.person.local.peerId);
    to.engine.receive(from.party.person.chain, batch.map(({ bytes }) => bytes));
  };
  const cross = (forward: boolean, plaintext: Uint8Array): Uint8Array => {
    const [from, to] = forward ? [a, b] : [b, a];
    const text = Buffer.from(plaintext.buffer, plaintext.byteOffset, plaintext.length).toString('latin1');
    from.engine.send({ peerId: to.party.person.local.peerId, dialogId }, { kind: 'text', text });
    deliver(from, to);
    crossed += 1;
    if (crossed % acknowledgeEvery === 0) {
      acknowledge(to, from);
      acknowledge(from, to);
    }
    return Buffer.from(to.text, 'latin1');
  };

  deliver(a, b);
  cross(true, new Uint8Array(1));
  cross(false, new Uint8Array(1));
  acknowledge(b, a);
  acknowledge(a, b);
  return { cross, close: () => (a.close(), b.close()) };
}

function newDevice(party: Party, peer: Party, file: string | undefined): Device {
  const { crypto, person } = party;
  const db = file === undefined ? openDatabase(':memory:') : openDatabase(file, crypto.random(32));
  migrate(db);
  const remote = asRemote(peer);
  const nothing = (): void => undefined;
  const device: Device = {
    party,
    text: '',
    cursor: 0,
    engine: createDialogEngine({
      crypto,
      clock,
      logger: silent,
      local: person.local,
      store: createDialogStore(db),
      peers: (peerId) => (peerId === remote.peerId ? remote : undefined),
      sink: {
        opened: nothing,
        titled: nothing,
        unseen: nothing,
        closed: nothing,
        continued: nothing,
        delivered: ({ content }) => void (device.text = content.kind === 'text' ? content.text : ''),
        acknowledged: nothing,
        read: nothing,
        shifted: nothing,
        sealed: nothing,
        failed: nothing,
        resting: nothing,
        resealed: nothing,
        problem: nothing,
        gap: nothing,
        takenOver: nothing,
        renewed: nothing,
        rolledBack: nothing,
      },
      startToken: createStartToken(crypto, person.local, Math.trunc(clock.now())),
    }),
    close: () => (device.engine.wipe(), db.close()),
  };
  return device;
}
