import { KeyshiftError } from '../../../shared/errors';
import type { DeviceRequest } from '../../../shared/model/device';
import { isConsent, parseInstanceCredential } from '../../engine/certificates/credential';
import { toHex } from '../../engine/wire/encoding';
import { admitDevice, type NewDevice } from '../../engine/certificates/admission';
import { maxInstances } from '../../engine/certificates/instance-list';
import type { LocalParty } from '../../engine/certificates/local-party';
import type { Crypto } from '../../engine/crypto/crypto';
import { instanceIdOf } from '../../engine/identity/peer-id';
import type { InstanceId } from '../../engine/ids';
import type { Clock, LocalRecord, Logger } from '../../engine/ports';
import type { Stores } from '../ports';
import type { ProfileChanges } from '../retiring';
import { forgetAskedFor, noteAskedFor } from './asked-for';
import { AskedDevices, askedMs, type Answer } from './asked-devices';
import { encodeIssueAnswer, encodeIssueRequest, encodeWithdrawal, parseIssueAnswer, parseIssueRequest, parseWithdrawal, type IssueRefusal } from './issue-words';
import type { UpkeepChannel } from './upkeep-channel';

/** The certifier makes two RSA signatures and stores them. */
const answerMs = 30_000;
/**
 * For itself, in place of what it was: once the certifier has signed, the device it was counts no more, and only this answer makes it another one. So it waits longer than
 * any machine needs; whoever locks or ends the program ends it (`giveUp`).
 */
const insteadMs = 10 * 60_000;
/** Its person is asked first, and may have to walk there. */
const allowedMs = askedMs + answerMs;
const requestIdBytes = 16;
/** What was asked and given up, of which an answer may still come. */
const mostGivenUp = 16;

export interface Issued {
  readonly credential: Uint8Array;
  readonly list: Uint8Array;
}

export interface IssuingParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly local: LocalParty;
  readonly stores: Pick<Stores, 'devices' | 'upkeep'>;
  readonly changes: Pick<ProfileChanges, 'replace'>;
  readonly commit: <T>(work: () => T) => T;
  readonly channel: (instanceId: InstanceId) => UpkeepChannel | undefined;
  /** What the person here has to allow is different. */
  readonly onAsked: (requests: readonly DeviceRequest[]) => void;
}

interface Waiting {
  readonly certifier: InstanceId;
  readonly requestId: Uint8Array;
  readonly device: NewDevice;
  resolve(issued: Issued): void;
  reject(error: Error): void;
}

/**
 * A device without the identity key lets another one in (protocol.md §10.2): the certifier signs for it, on the word of a device that counts, which has
 * compared the digits, and of the person at the certifier. Asked again for the same device it answers with what it signed.
 */
export class Issuing {
  readonly #parts: IssuingParts;
  readonly #waiting = new Map<string, Waiting>();
  /** Oldest first. */
  readonly #givenUp = new Set<string>();
  readonly asked: AskedDevices;

  constructor(parts: IssuingParts) {
    this.#parts = parts;
    this.asked = new AskedDevices(parts.clock, () => toHex(parts.crypto.random(requestIdBytes)), parts.onAsked);
  }

  /** Errors: device.not-certifier, device.not-connected, device.too-many, device.not-allowed, device.not-answered. Throws what the disk says. */
  issue(device: NewDevice): Promise<Issued> {
    const { crypto, clock, local, stores, commit } = this.#parts;
    const certifier = local.list.instances.find(({ state, roles }) => state === 'active' && roles.includes('certifier'));
    if (!certifier || certifier.instanceId === local.instanceId) return Promise.reject(notCertifier());
    const channel = this.#parts.channel(certifier.instanceId);
    if (!channel) return Promise.reject(new KeyshiftError('device.not-connected', 'The device that holds the identity key is not connected.'));
    const requestId = crypto.random(requestIdBytes);
    // Another one in its own place is asked for until it is there.
    if (!device.instead) commit(() => noteAskedFor(stores, local.instanceId, instanceIdOf(crypto, device.signingKey)));
    channel.say('issue', requestOf(requestId, device));
    const key = toHex(requestId);
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        cancel();
        this.#waiting.delete(key);
      };
      const cancel = clock.setTimer(device.instead ? insteadMs : allowedMs, () => {
        settle();
        this.#giveUp(key, device);
        reject(device.instead ? notCertifier() : notAnswered());
      });
      this.#waiting.set(key, {
        certifier: certifier.instanceId,
        requestId,
        device,
        resolve: (issued) => {
          settle();
          resolve(issued);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
    });
  }

  /** There is another connection with it: a question that it may not have is asked again. */
  met(channel: UpkeepChannel): void {
    for (const { certifier, requestId, device } of this.#waiting.values()) {
      if (certifier === channel.instanceId) channel.say('issue', requestOf(requestId, device));
    }
  }

  /** Linking was called off: nobody is to be asked for it any more. */
  withdraw(): void {
    for (const { certifier, requestId, device, reject } of this.#waiting.values()) {
      if (device.instead) continue;
      this.#parts.channel(certifier)?.say('withdrawn', encodeWithdrawal({ requestId, signingKey: device.signingKey }));
      this.#giveUp(toHex(requestId), device);
      reject(new KeyshiftError('device.link-lost', 'Linking was called off.'));
    }
  }

  /** The person locks, or the program ends: that does not wait. */
  giveUp(): void {
    for (const { device, reject } of this.#waiting.values()) if (device.instead) reject(notCertifier());
  }

  heard(channel: UpkeepChannel, word: 'issue' | 'issued' | 'withdrawn', body: Uint8Array): void {
    if (word === 'issue') this.#asked(channel, body);
    else if (word === 'withdrawn') this.asked.withdraw(channel.instanceId, toHex(parseWithdrawal(body).signingKey));
    else this.#answered(body);
  }

  close(): void {
    this.asked.close();
    for (const { reject } of this.#waiting.values()) reject(notCertifier());
    this.#waiting.clear();
  }

  #answered(body: Uint8Array): void {
    const answer = parseIssueAnswer(body);
    const key = toHex(answer.requestId);
    const waiting = this.#waiting.get(key);
    if (!waiting) {
      if (this.#givenUp.delete(key) && answer.outcome === 'done') this.#signedInVain(answer);
      return;
    }
    if (answer.outcome === 'done') return waiting.resolve(answer);
    this.#forget(waiting.device);
    waiting.reject(refusal(answer.outcome));
  }

  /** What the disk does not take of it costs nothing: nobody signs for it. */
  #forget({ signingKey }: NewDevice): void {
    const { crypto, stores, commit, logger } = this.#parts;
    try {
      commit(() => forgetAskedFor(stores, instanceIdOf(crypto, signingKey)));
    } catch (error) {
      logger.warn('upkeep.not-forgotten', { reason: error instanceof Error ? error.name : 'unknown' });
    }
  }

  #giveUp(key: string, { instead }: NewDevice): void {
    if (instead) return;
    this.#givenUp.add(key);
    for (const oldest of this.#givenUp) {
      if (this.#givenUp.size <= mostGivenUp) break;
      this.#givenUp.delete(oldest);
    }
  }

  /** Signed before the certifier heard that nobody wants it any more: a device that nobody is stands on the list, and is struck off as one that never showed itself. */
  #signedInVain({ credential: bytes }: Issued): void {
    const { crypto, clock, stores, commit } = this.#parts;
    const { instanceId } = parseInstanceCredential(crypto, bytes);
    commit(() => {
      stores.devices.put({ cardTime: 0, addresses: [], addedAt: clock.now(), ...stores.devices.find(instanceId), instanceId, credential: bytes, awaited: true });
      forgetAskedFor(stores, instanceId);
    });
  }

  #asked(channel: UpkeepChannel, body: Uint8Array): void {
    const { crypto, local } = this.#parts;
    const { requestId, device, instead } = parseIssueRequest(body);
    const asked: NewDevice = instead ? { ...device, instead: channel.instanceId } : device;
    if (!local.isCertifier || local.unconfirmed) return channel.say('issued', encodeIssueAnswer({ requestId, outcome: 'not-here' }));
    if (local.list.instances.filter(({ state, instanceId: listed }) => state !== 'retired' && listed !== asked.instead).length >= maxInstances) return channel.say('issued', encodeIssueAnswer({ requestId, outcome: 'too-many' }));
    const instanceId = instanceIdOf(crypto, device.signingKey);
    const known = local.siblings.find((each) => each.instanceId === instanceId);
    if (known) return this.#tell(channel, requestId, instanceId, { instanceList: local.list.bytes, siblings: [{ instanceId, credential: known.bytes, addedAt: 0 }] });
    // It takes its own place: there is no further device to be allowed.
    if (asked.instead) return this.#sign(channel, requestId, asked);
    if (!isConsent(crypto, local.peerId, asked, asked.consent)) return channel.say('issued', encodeIssueAnswer({ requestId, outcome: 'not-here' }));
    this.#ask(channel, requestId, asked);
  }

  #ask(channel: UpkeepChannel, requestId: Uint8Array, device: NewDevice): void {
    const { crypto, stores } = this.#parts;
    const by = channel.instanceId;
    const row = stores.devices.find(by);
    const answered = (answer: Answer): void => {
      // Away meanwhile, or no device any more. Who came back asks again, unless it has given up.
      if (this.#parts.channel(by) !== channel) return;
      if (answer === 'yes') this.#sign(channel, requestId, device);
      else channel.say('issued', encodeIssueAnswer({ requestId, outcome: answer === 'no' ? 'refused' : 'unanswered' }));
    };
    this.asked.add({ key: toHex(device.signingKey), deviceName: device.deviceName, by, byName: row ? parseInstanceCredential(crypto, row.credential).deviceName : '', answered });
  }

  #sign(channel: UpkeepChannel, requestId: Uint8Array, asked: NewDevice): void {
    const { crypto, clock, changes, logger } = this.#parts;
    const instanceId = instanceIdOf(crypto, asked.signingKey);
    let answered = false;
    changes.replace(
      async (record) => {
        try {
          return await withDevice(crypto, record, asked, clock.now());
        } catch (error) {
          logger.warn('upkeep.not-issued', { reason: error instanceof Error ? error.name : 'unknown' });
          channel.say('issued', encodeIssueAnswer({ requestId, outcome: 'not-here' }));
          return undefined;
        }
      },
      undefined,
      (next) => {
        if (!answered) this.#tell(channel, requestId, instanceId, next);
        answered = true;
      },
    );
  }

  #tell(channel: UpkeepChannel, requestId: Uint8Array, instanceId: InstanceId, record: Pick<LocalRecord, 'instanceList' | 'siblings'>): void {
    const credential = record.siblings?.find((each) => each.instanceId === instanceId)?.credential;
    if (credential) channel.say('issued', encodeIssueAnswer({ requestId, outcome: 'done', credential, list: record.instanceList }));
  }
}

function requestOf(requestId: Uint8Array, { instead, ...device }: NewDevice): Uint8Array {
  return encodeIssueRequest({ requestId, device, instead: instead !== undefined });
}

function refusal(outcome: IssueRefusal): KeyshiftError {
  switch (outcome) {
    case 'too-many':
      return new KeyshiftError('device.too-many', 'There are too many devices.');
    case 'refused':
      return new KeyshiftError('device.not-allowed', 'The person at the device that holds the identity key refused it.');
    case 'unanswered':
      return notAnswered();
    case 'not-here':
      return notCertifier();
  }
}

function notAnswered(): KeyshiftError {
  return new KeyshiftError('device.not-answered', 'Nobody answered at the device that holds the identity key.');
}

/** The record of a certifier with another device on its list, and what is known of that one. Errors: those of `admitDevice`. */
async function withDevice(crypto: Crypto, record: LocalRecord, device: NewDevice, now: number): Promise<LocalRecord> {
  const { credential, record: next } = await admitDevice(crypto, record, device, now);
  return { ...next, siblings: [...(next.siblings ?? []), { instanceId: credential.instanceId, credential: credential.bytes, addedAt: now }] };
}

function notCertifier(): KeyshiftError {
  return new KeyshiftError('device.not-certifier', 'Only the device that holds the identity key can do this.');
}
