import { issueInstanceCredential } from '../../electron/engine/certificates/credential';
import { issueInstanceList } from '../../electron/engine/certificates/instance-list';
import { createLocalRecord, openLocalParty } from '../../electron/engine/certificates/local-party';
import type { LinkPurpose } from '../../electron/engine/certificates/key-link';
import { rotateLocalRecord } from '../../electron/engine/certificates/rotation';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import type { PeerId } from '../../electron/engine/ids';
import type { LocalRecord } from '../../electron/engine/ports';
import type { ChannelFrame, ChannelRole } from '../../electron/engine/session/channel-frames';
import type { Channel } from '../../electron/engine/session/channel';
import { contactOfTag } from '../../electron/engine/session/contact-tag';
import type { AnswererParts, AskerParts, HeldKey, RekeyAnswer, RekeyRefusal } from '../../electron/engine/session/rekey-answer';
import type { ManualClock } from './manual-clock';
import { withFixedKeys } from './rsa-keys';
import { createSemiStatic } from '../../electron/engine/session/semi-static';
import { type Party, testNow } from './session-kit';

/** One person, once for each identity key: what the device was while that key was the newest. */
export interface Lives {
  readonly records: readonly LocalRecord[];
  readonly lives: readonly Party[];
  /** With the newest key. */
  readonly newest: Party;
}

export async function livesOf(name: string, firstKey: number, purposes: readonly LinkPurpose[]): Promise<Lives> {
  const crypto = withFixedKeys(await createCrypto({ random: kernelRandom }), firstKey);
  const began = testNow - 3_600_000;
  let record = await createLocalRecord(crypto, { name, deviceName: `${name}'s device`, now: began });
  const records = [record];
  for (const purpose of purposes) {
    record = await rotateLocalRecord(crypto, record, began + records.length, purpose);
    records.push(record);
  }
  const lives = records.map((each) => openLife(name, each, crypto));
  const newest = lives.at(-1);
  if (!newest) throw new Error('nobody');
  return { records, lives, newest };
}

export function openLife(name: string, record: LocalRecord, crypto: Crypto): Party {
  const local = openLocalParty(crypto, record);
  return { name, crypto, local, semiStatic: createSemiStatic(crypto, local, testNow) };
}

/** Another device of the same person, always on and without the identity key, on a newer list. */
export async function siblingOf({ name, crypto, local }: Party, record: LocalRecord): Promise<Party> {
  const now = testNow - 60_000;
  const issued = { identity: local.identity, identityKey: local.certifierKey() };
  const seeds = { signingSeed: crypto.random(32), kemSecret: crypto.random(32) };
  const version = local.list.version + 1;
  const credential = await issueInstanceCredential(crypto, {
    ...issued,
    signing: crypto.signingFromSeed(seeds.signingSeed.slice()),
    kemKey: crypto.kemFromSecret('instance-kem', seeds.kemSecret.slice()).publicKey,
    deviceName: 'always on',
    roles: ['exchange'],
    minListVersion: version,
    notBefore: now,
    notAfter: now + 86_400_000,
  });
  const entry = { instanceId: credential.instanceId, credentialHash: credential.hash, roles: credential.roles, state: 'active' as const };
  const list = await issueInstanceList(crypto, { ...issued, version, issuedAt: now, instances: [...local.list.instances, entry] });
  const identityKeys = record.identityKeys.map(({ privateKey: _elsewhere, ...key }) => key);
  return openLife(name, { ...record, identityKeys, instanceList: list.bytes, instance: { credential: credential.bytes, ...seeds } }, crypto);
}

/** What a contact holds who last met this person under that key. */
export function heldOf({ local }: Party): HeldKey {
  const { peerId, identity } = local;
  const { epoch, spki, spkiHash, recoveryKeyHash } = identity;
  return { peerId, epoch, spki, spkiHash, ...(recoveryKeyHash && { recoveryKeyHash }) };
}

export function askerOf({ crypto, local }: Party, held: HeldKey, changes: Partial<AskerParts> = {}): AskerParts {
  return { crypto, local, now: () => testNow, held, offer: false, ...changes };
}

/** Answers for this person, and what came of it. */
export class Desk {
  readonly answers: RekeyAnswer[] = [];
  readonly refusals: RekeyRefusal[] = [];
  readonly parts: AnswererParts;

  /** `contacts`: with whom which secret is shared. `holds`: what is held of those who offer. */
  constructor({ crypto, local }: Party, clock: ManualClock, contacts: readonly (readonly [PeerId, Uint8Array])[] = [], holds: readonly HeldKey[] = [], changes: Partial<AnswererParts> = {}) {
    this.parts = {
      crypto,
      local,
      clock,
      now: () => testNow,
      contactOfTag: (tag, channelHash) => contactOfTag(crypto, tag, channelHash, contacts),
      shownOfTag: () => undefined,
      toTell: () => [],
      askBack: (peerId, headHash) => holds.filter((held) => held.peerId === peerId && !crypto.equal(held.spkiHash, headHash)),
      onAnswer: (answer) => this.answers.push(answer),
      mayAnswer: () => true,
      onRefused: (reason) => this.refusals.push(reason),
      ...changes,
    };
  }
}

/** Lets the clock go on while RSA works elsewhere, until this is settled either way. */
export async function runUntil(clock: ManualClock, settled: Promise<unknown>): Promise<void> {
  const over = settled.then(
    () => true,
    () => true,
  );
  const passing = async (): Promise<boolean> => {
    await clock.advance(2);
    return new Promise((resolve) => setTimeout(resolve, 1, false));
  };
  while (!(await Promise.race([over, passing()])));
}

/** A channel that is a script: what is said goes into `said`, what comes is what the test says. */
export class ScriptedChannel implements Channel {
  readonly purpose = 'rekey';
  readonly source = '203.0.113.1';
  readonly said: ChannelFrame[] = [];
  closed = false;
  #hear: (frame: ChannelFrame) => void = () => {};

  constructor(
    readonly role: ChannelRole,
    readonly hash: Uint8Array,
  ) {}

  send(frame: ChannelFrame): void {
    this.said.push(frame);
  }

  onFrame(handler: (frame: ChannelFrame) => void): void {
    this.#hear = handler;
  }

  onClose(): void {}

  close(): void {
    this.closed = true;
  }

  hear(frame: ChannelFrame): void {
    this.#hear(frame);
  }
}
