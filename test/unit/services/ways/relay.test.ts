import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeRelayWord, parseRelayWord, type RelayWord } from '../../../../electron/services/ways/relay-words';
import { acquaint, createWorld, type Resident, toldOf, type World } from '../../../support/services-kit';

let world: World;
let ann: Resident;
let server: Resident;
let bo: Resident;
let ofBo: string;

beforeEach(async () => {
  world = createWorld();
  [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
  ({ ofInviter: ofBo } = await acquaint(world, ann, bo));
  server = await world.link(ann, 'Ann’s server');
  await world.until('the devices know Bo', () => server.profile.stores.contacts.byPeer(bo.profile.local.peerId)?.relation === 'mutual');
  await world.until('all met', () => [ann, server].every(({ profile }) => profile.connections.session(bo.profile.local.peerId) !== undefined));
});
afterEach(() => world.close());

const cut = (resident: Resident): void => {
  resident.onLink = (link) => link.destroy();
  resident.mute = true;
  for (const session of resident.profile.connections.sessions()) session.close();
};
const mend = (resident: Resident): void => {
  resident.onLink = undefined;
  resident.mute = false;
};
const carried = (): number => Number(server.db.prepare('SELECT count(*) AS n FROM relayed').get()?.['n']);
const textsAt = (resident: Resident): string[] => toldOf(resident, 'message.received').map(({ message }) => message.text);

/** Ann's laptop reaches only her server, whom Bo will reach later, when the laptop is off. */
async function annWritesAlone(...texts: string[]): Promise<string> {
  const { conversationId } = await ann.conversations.open({ contactId: ofBo });
  await world.until('the title arrived', () => ann.profile.engine.pending(bo.profile.local.peerId, { limit: 1 }).length === 0);
  cut(bo);
  await world.until('Bo is away', () => ann.profile.connections.sessions().length === 0 && server.profile.connections.sessions().length === 0);
  for (const text of texts) await ann.messages.send({ conversationId, text });
  await world.until('the server carries them', () => carried() >= texts.length);
  return conversationId;
}

describe('an own device that is always on carries for the others', () => {
  test('S4-30: what one device wrote is brought by another when that one is off, and the word that it arrived comes back', async () => {
    const conversationId = await annWritesAlone('one', 'two');
    await world.until('Ann knows', () => toldOf(ann, 'message.state').some(({ way }) => way === 'device'));
    expect((await ann.messages.list({ conversationId })).map(({ state, way, waitingFor }) => [state, way, waitingFor])).toEqual([
      ['sent', 'device', 'pickup'],
      ['sent', 'device', 'pickup'],
    ]);
    ann.profile.leave();
    mend(bo);
    await world.until('Bo has both', () => textsAt(bo).length === 2);
    expect(textsAt(bo)).toEqual(['one', 'two']);
    await world.until('the server has the word for the laptop', () => server.profile.stores.ways.relayedBack(ann.profile.local.instanceId).length > 0);
    cut(bo); // the laptop hears it from nobody but the server
    ann.reopen();
    await world.until('Ann knows that they arrived', () => toldOf(ann, 'message.state').filter(({ state }) => state === 'delivered').length === 2);
    await world.until('the server forgets what arrived', () => carried() === 0);
  });

  test('S4-30 A22: brought again, and by the device itself too, each message shows once', async () => {
    await annWritesAlone('one');
    mend(bo);
    await world.until('Bo has it', () => textsAt(bo).length === 1);
    for (const resident of [ann, server]) resident.reopen();
    await world.until('they met again', () => [ann, server].every(({ profile }) => profile.connections.session(bo.profile.local.peerId) !== undefined));
    await world.pass(20_000, 100);
    expect(textsAt(bo)).toEqual(['one']);
    expect((await bo.conversations.list(undefined))[0]?.unread).toBe(1);
    expect(carried()).toBe(0);
  });

  test('S4-30 A65: nobody is carried for who is no contact or blocked, and no more than there is room for', async () => {
    const carrier = server.profile.ways.relay;
    const { instanceId } = ann.profile.local;
    const peerId = bo.profile.local.peerId;
    const word = (change: Partial<Extract<RelayWord, { deposit: Uint8Array }>> = {}, n = 1): Uint8Array => encodeRelayWord({ kind: 'carry', id: new Uint8Array(16).fill(n), peerId, deposit: new Uint8Array(60_000), ...change });
    cut(bo);
    await world.until('Bo is away', () => server.profile.connections.sessions().length === 0);
    carrier.heard(instanceId, word({ peerId: ann.profile.local.peerId }));
    expect(carried()).toBe(0);
    for (let n = 0; n < 160; n += 1) carrier.heard(instanceId, word({}, n));
    expect(carried()).toBe(139); // 8 MiB
    const contactId = server.profile.stores.contacts.byPeer(peerId)?.contactId ?? '';
    await server.contacts.block({ contactId });
    expect(carried()).toBe(0);
    carrier.heard(instanceId, word());
    expect(carried()).toBe(0);
    expect(() => carrier.heard(instanceId, word().subarray(0, 60))).toThrow();
    expect(carried()).toBe(0);
    expect(parseRelayWord(Uint8Array.of(99))).toBeUndefined();
  });

  test('S4-30 A65: what a contact brings of somebody else, or altered, is nothing', async () => {
    await annWritesAlone('one');
    const [row] = server.profile.stores.ways.relayed(bo.profile.local.peerId);
    const cy = await world.move('Cy');
    for (const resident of [ann, server]) cut(resident);
    mend(bo);
    await acquaint(world, bo, cy);
    const session = cy.profile.connections.session(bo.profile.local.peerId);
    for (const bytes of [row?.deposit ?? new Uint8Array(0), new Uint8Array(3), new Uint8Array(69_000)]) session?.send([{ kind: 'deposit', bytes: Buffer.concat([new Uint8Array(16), bytes]) }]);
    await world.pass(3_000);
    expect(textsAt(bo)).toEqual([]);
    for (const resident of [ann, server]) mend(resident);
    await world.until('Ann’s own device brought it', () => textsAt(bo).length > 0);
    expect(textsAt(bo)).toEqual(['one']);
    expect(cy.profile.connections.session(bo.profile.local.peerId)).toBe(session);
  });
});
