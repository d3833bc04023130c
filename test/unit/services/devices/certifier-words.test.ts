import { beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { moveIdBytes } from '../../../../electron/engine/key-files/certifier-move';
import type { InstanceId } from '../../../../electron/engine/ids';
import { id16ToBytes, instanceIdFromBytes } from '../../../../electron/engine/wire/ids';
import { concat } from '../../../../electron/engine/wire/writer';
import { CertifierMove } from '../../../../electron/services/devices/certifier-move';
import { UpkeepChannel } from '../../../../electron/services/devices/upkeep-channel';
import { WordReader } from '../../../../electron/services/devices/upkeep-words';
import { upkeepNotes } from '../../../../electron/services/ports/upkeep';
import type { Db } from '../../../../electron/storage/database';
import { openStores } from '../../../../electron/storage/open-stores';
import { freshDatabase } from '../../../support/fresh-database';
import { ManualClock } from '../../../support/manual-clock';
import { newDevices, type Party, recordingLogger, testNow } from '../../../support/session-kit';

// Words of the move of the identity key, each from a device that has no business saying it (protocol.md §10.2).

let desk: Party;
let laptop: Party;
let db: Db;
beforeAll(async () => {
  [desk, laptop] = await newDevices('Ada');
}, 60_000);
beforeEach(() => {
  db = freshDatabase();
});
afterEach(() => db.close());

const other: InstanceId = instanceIdFromBytes(new Uint8Array(16).fill(7));
const moveId = new Uint8Array(moveIdBytes).fill(3);
const otherMove = new Uint8Array(moveIdBytes).fill(4);
const closed = new Uint8Array(64).fill(9);

/** The move as this device sees it, with a line to another one. */
function moveAt(here: Party, there: Party) {
  const { upkeep, local } = openStores(db);
  const said: string[] = [];
  const reader = new WordReader();
  const channelOf = (own: Party, to: Party, send: (part: Uint8Array) => void) => new UpkeepChannel({ crypto: own.crypto, local: own.local, credential: to.local.instance.credential, isRestricted: false, send, close: () => undefined });
  const line = channelOf(here, there, (part) => {
    const word = reader.take(part)?.word;
    if (word) said.push(word);
  });
  let replaced = 0;
  const move = new CertifierMove({
    crypto: here.crypto, clock: new ManualClock(testNow), logger: recordingLogger(), local: here.local, stores: { local, upkeep },
    changes: { replace: () => void (replaced += 1) }, commit: (work) => db.transaction(work), channel: () => line,
  });
  return { move, upkeep, said, line, theirs: channelOf(there, here, () => undefined), replaced: () => replaced };
}
const note = (whose: InstanceId, id: Uint8Array, rest: Uint8Array) => concat(id16ToBytes(whose), id, rest);

describe('the identity key on its way', () => {
  it('S4-30 A65: closed keys are stored from the device that holds them by the list, and from no other', () => {
    const fromCertifier = moveAt(laptop, desk);
    fromCertifier.move.heard(fromCertifier.line, 'offer', concat(moveId, closed));
    expect([fromCertifier.said, fromCertifier.upkeep.get(upkeepNotes.incoming)]).toEqual([['taken'], note(desk.local.instanceId, moveId, closed)]);
    fromCertifier.upkeep.remove(upkeepNotes.incoming);
    const fromAnother = moveAt(desk, laptop);
    fromAnother.move.heard(fromAnother.line, 'offer', concat(moveId, closed));
    expect([fromAnother.said, fromAnother.upkeep.get(upkeepNotes.incoming)]).toEqual([[], undefined]);
  });

  it('S4-30: what opens them is given to the device they went to, and to no other', () => {
    const { move, upkeep, said, line } = moveAt(desk, laptop);
    upkeep.put(upkeepNotes.outgoing, note(other, moveId, new Uint8Array(32).fill(5)));
    move.met(line);
    expect(said).toEqual([]);
    upkeep.put(upkeepNotes.outgoing, note(laptop.local.instanceId, moveId, new Uint8Array(32).fill(5)));
    move.met(line);
    expect(said).toEqual(['release']);
  });

  it('S4-30 A65: it opens nothing that another device gave, nor of another move, nor sealed by or for another one', () => {
    const { move, upkeep, line, theirs, replaced } = moveAt(laptop, desk);
    const release = (id: Uint8Array) => theirs.seal('release', concat(id, new Uint8Array(32).fill(5)));
    upkeep.put(upkeepNotes.incoming, note(other, moveId, closed));
    move.heard(line, 'release', release(moveId));
    upkeep.put(upkeepNotes.incoming, note(desk.local.instanceId, otherMove, closed));
    move.heard(line, 'release', release(moveId));
    upkeep.put(upkeepNotes.incoming, note(desk.local.instanceId, moveId, closed));
    move.heard(line, 'release', line.seal('release', concat(moveId, new Uint8Array(32).fill(5))));
    expect([replaced(), upkeep.get(upkeepNotes.incoming)]).toEqual([0, note(desk.local.instanceId, moveId, closed)]);
    move.heard(line, 'release', release(moveId));
    expect(replaced()).toBe(1);
  });

  it('S4-30: what opens them is kept until that device says that it has them, of that move', () => {
    const { move, upkeep, line } = moveAt(desk, laptop);
    const [theirs, others] = [laptop.local.instanceId, other].map((whose) => note(whose, moveId, new Uint8Array(32).fill(5)));
    if (theirs === undefined || others === undefined) return expect.unreachable();
    upkeep.put(upkeepNotes.outgoing, others);
    move.heard(line, 'released', moveId);
    expect(upkeep.get(upkeepNotes.outgoing)).toEqual(others);
    upkeep.put(upkeepNotes.outgoing, theirs);
    move.heard(line, 'released', otherMove);
    expect(upkeep.get(upkeepNotes.outgoing)).toEqual(theirs);
    move.heard(line, 'released', moveId);
    expect(upkeep.get(upkeepNotes.outgoing)).toBeUndefined();
  });
});
