import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cat, lp, u8 } from '../second/bytes.mjs';
import { consent, makeChain, readChain, readInstanceCredential, readList, ROLES } from '../second/credentials.mjs';
import { edPublic, instanceIdOf, kemPublic, random } from '../second/crypto.mjs';
import { SharedKeys } from '../second/handover.mjs';
import { KIND, Sibling } from '../second/sibling.mjs';
import { upkeep } from '../second/words.mjs';
import type { HeadlessPeer } from '../support/headless-peer';
import { letIn } from '../support/second-people';
import { newPerson, temporaryFolder } from '../support/two-peers';

// Hedda's first device is a real headless peer, which holds the identity key. Another one of hers was written from docs/protocol.md alone, and asks it to sign: §10.2, issuing for another.
const folder = temporaryFolder();
const [ISSUE, ISSUED, WITHDRAWN] = [8, 9, 11];
let hedda: HeadlessPeer;
let pocket: Awaited<ReturnType<typeof letIn>>;
let sibling: InstanceType<typeof Sibling>;

beforeAll(async () => {
  hedda = (await newPerson(folder.path, 'hedda')).peer;
  pocket = await letIn(hedda, 'pocket');
  sibling = new Sibling(pocket, pocket.grant.devices[0], new SharedKeys(pocket));
  await sibling.meet();
});
afterAll(async () => {
  sibling?.session.close();
  await hedda?.end();
  folder.release();
});

/** Keys of a device that is let in by this one, and the word that asks for it, but for what is changed. */
function asking(name: string, changed: { readonly consent?: Buffer; readonly behind?: Buffer } = {}) {
  const [signingSeed, kemSecret] = [random(32), random(32)];
  const [signingKey, kemKey] = [edPublic(signingSeed), kemPublic(kemSecret)];
  const request = random(16);
  const agreed = changed.consent ?? consent(signingSeed, pocket.peerId, signingKey, kemKey);
  return { signingSeed, signingKey, kemKey, request, word: cat(request, signingKey, kemKey, agreed, lp(name), changed.behind ?? Buffer.alloc(0)) };
}
type Asking = ReturnType<typeof asking>;
/** The answer to a request, from the words that came since. */
async function answerTo({ request }: Asking, from = 0) {
  const isIt = (one: { kind: number; body: Buffer }) => one.kind === ISSUED && one.body.subarray(0, 16).equals(request);
  return upkeep.issued((await sibling.until(() => sibling.words.slice(from).find(isIt))).body);
}
const waiting = () => hedda.call('devices.requests');
async function shown(name: string) {
  await hedda.until('the request', async () => (await waiting()).some((one) => one.deviceName === name));
  return (await waiting()).find((one) => one.deviceName === name)?.requestId ?? '';
}
/** In step again under the list that was made meanwhile. */
async function again(): Promise<void> {
  sibling.session.close();
  await sibling.ended();
  const from = sibling.words.length;
  await sibling.meet({ inStep: false });
  sibling.takeUpdate((await sibling.until(() => sibling.words.slice(from).find(({ kind }: { kind: number }) => kind === KIND.update))).body);
  sibling.session.close();
  sibling.keys = new SharedKeys(pocket);
  await sibling.meet();
}

describe('§10.2, from outside: a device without the identity key asks the one that has it', () => {
  it('S4-26: to sign for another one: what the person allows is signed once for each key, with the role exchange and the next list', async () => {
    const one = asking('attic');
    const before = pocket.chain.list.version;
    sibling.upkeep(ISSUE, one.word);
    const requestId = await shown('attic');
    expect(await hedda.call('devices.list')).toHaveLength(2);
    await hedda.call('devices.answer', { requestId, accept: true });
    const { outcome, credential, list } = await answerTo(one);
    expect(outcome).toBe(0);
    const [made, next] = [readInstanceCredential(credential), readList(list)];
    expect([made.signingKey, made.kemKey, made.roles, made.deviceName]).toEqual([one.signingKey, one.kemKey, ROLES.exchange, 'attic']);
    expect(next.version).toBe(before + 1);
    expect(next.entries.map(({ state }: { state: number }) => state)).toEqual([0, 0, 0]);
    // With them and what all devices hold, the new one has a chain.
    const { identity, exchange } = pocket.chain;
    const chain = readChain(makeChain({ identity: identity.bytes, list, instance: credential, exchange: exchange.bytes }), Date.now());
    expect(chain.instanceId).toEqual(instanceIdOf(one.signingKey));
    await again();
    const from = sibling.words.length;
    const repeated = { ...one, request: random(16) };
    sibling.upkeep(ISSUE, cat(repeated.request, one.word.subarray(16)));
    const same = await answerTo(repeated, from);
    expect([same.outcome, same.credential]).toEqual([0, credential]);
    expect(await waiting()).toEqual([]);
    expect(await hedda.call('devices.list')).toHaveLength(3);
  });

  it('S4-27: what the person refuses is 3; what was called off is asked no more; what did not consent is not even shown', async () => {
    const refused = asking('refused');
    sibling.upkeep(ISSUE, refused.word);
    await hedda.call('devices.answer', { requestId: await shown('refused'), accept: false });
    expect((await answerTo(refused)).outcome).toBe(3);

    const calledOff = asking('called off');
    sibling.upkeep(ISSUE, calledOff.word);
    await shown('called off');
    sibling.upkeep(WITHDRAWN, cat(calledOff.request, calledOff.signingKey));
    await hedda.until('gone', async () => (await waiting()).length === 0);

    for (const wrong of [random(64), consent(random(32), pocket.peerId, calledOff.signingKey, calledOff.kemKey)]) {
      const from = sibling.words.length;
      const unwilling = asking('unwilling', { consent: wrong });
      sibling.upkeep(ISSUE, unwilling.word);
      expect((await answerTo(unwilling, from)).outcome).not.toBe(0);
      expect(await waiting()).toEqual([]);
    }
    expect(await hedda.call('devices.list')).toHaveLength(3);
  });

  it('S4-27: a word that is laid out otherwise ends the session', async () => {
    for (const spoil of [(word: Buffer) => word.subarray(0, -1), (word: Buffer) => cat(word, u8(2)), (word: Buffer) => cat(word, u8(1), u8(0))]) {
      sibling.upkeep(ISSUE, spoil(asking('spoiled').word));
      await sibling.ended();
      await sibling.meet();
      await sibling.heardOut();
    }
    expect(await waiting()).toEqual([]);
  });

  it('A38: new keys in place of its own are signed without asking anybody; those before are retired in the same list', async () => {
    const from = sibling.words.length;
    const renewed = asking('pocket', { behind: u8(1) });
    sibling.upkeep(ISSUE, renewed.word);
    const { outcome, list } = await answerTo(renewed, from);
    expect(outcome).toBe(0);
    const states = new Map(readList(list).entries.map(({ instanceId, state }: { instanceId: Buffer; state: number }) => [instanceId.toString('hex'), state]));
    expect([states.get(pocket.instanceId.toString('hex')), states.get(instanceIdOf(renewed.signingKey).toString('hex'))]).toEqual([1, 0]);
    expect((await hedda.call('devices.list')).filter(({ state }) => state === 'active')).toHaveLength(3);
  });
});
