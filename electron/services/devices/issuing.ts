import { KeyshiftError } from '../../../shared/errors';
import { admitDevice, type NewDevice } from '../../engine/certificates/admission';
import { maxInstances } from '../../engine/certificates/instance-list';
import type { LocalParty } from '../../engine/certificates/local-party';
import type { Crypto } from '../../engine/crypto/crypto';
import { instanceIdOf } from '../../engine/identity/peer-id';
import type { InstanceId } from '../../engine/ids';
import type { Clock, LocalRecord, Logger } from '../../engine/ports';
import type { ProfileChanges } from '../retiring';
import { encodeIssueAnswer, encodeIssueRequest, parseIssueAnswer, parseIssueRequest } from './issue-words';
import type { UpkeepChannel } from './upkeep-channel';

/** The certifier makes two RSA signatures and stores them. */
const answerMs = 30_000;
const requestIdBytes = 16;

export interface Issued {
  readonly credential: Uint8Array;
  readonly list: Uint8Array;
}

export interface IssuingParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly local: LocalParty;
  readonly changes: Pick<ProfileChanges, 'replace'>;
  readonly channel: (instanceId: InstanceId) => UpkeepChannel | undefined;
}

interface Waiting {
  resolve(issued: Issued): void;
  reject(error: Error): void;
}

/**
 * A device without the identity key lets another one in (protocol.md §10.2): the certifier signs for it, on the word of a device that counts, which has
 * compared the digits. Asked again for the same device it answers with what it signed.
 */
export class Issuing {
  readonly #parts: IssuingParts;
  readonly #waiting = new Map<string, Waiting>();

  constructor(parts: IssuingParts) {
    this.#parts = parts;
  }

  /** Errors: device.not-certifier, device.not-connected, device.too-many. */
  issue(device: NewDevice): Promise<Issued> {
    const { crypto, clock, local } = this.#parts;
    const certifier = local.list.instances.find(({ state, roles }) => state === 'active' && roles.includes('certifier'));
    if (!certifier || certifier.instanceId === local.instanceId) return Promise.reject(notCertifier());
    const channel = this.#parts.channel(certifier.instanceId);
    if (!channel) return Promise.reject(new KeyshiftError('device.not-connected', 'The device that holds the identity key is not connected.'));
    const requestId = crypto.random(requestIdBytes);
    channel.say('issue', encodeIssueRequest({ requestId, device, instead: device.instead !== undefined }));
    const key = Buffer.from(requestId).toString('hex');
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        cancel();
        this.#waiting.delete(key);
      };
      const cancel = clock.setTimer(answerMs, () => {
        settle();
        reject(notCertifier());
      });
      this.#waiting.set(key, {
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

  heard(channel: UpkeepChannel, word: 'issue' | 'issued', body: Uint8Array): void {
    if (word === 'issue') this.#asked(channel, body);
    else this.#answered(body);
  }

  close(): void {
    for (const { reject } of this.#waiting.values()) reject(notCertifier());
    this.#waiting.clear();
  }

  #answered(body: Uint8Array): void {
    const answer = parseIssueAnswer(body);
    const waiting = this.#waiting.get(Buffer.from(answer.requestId).toString('hex'));
    if (!waiting) return;
    if (answer.outcome === 'done') return waiting.resolve(answer);
    waiting.reject(answer.outcome === 'too-many' ? new KeyshiftError('device.too-many', 'There are too many devices.') : notCertifier());
  }

  #asked(channel: UpkeepChannel, body: Uint8Array): void {
    const { crypto, clock, local, changes, logger } = this.#parts;
    const { requestId, device, instead } = parseIssueRequest(body);
    const asked: NewDevice = instead ? { ...device, instead: channel.instanceId } : device;
    if (!local.isCertifier || local.unconfirmed) return channel.say('issued', encodeIssueAnswer({ requestId, outcome: 'not-here' }));
    if (local.list.instances.filter(({ state, instanceId: listed }) => state !== 'retired' && listed !== asked.instead).length >= maxInstances) return channel.say('issued', encodeIssueAnswer({ requestId, outcome: 'too-many' }));
    const instanceId = instanceIdOf(crypto, device.signingKey);
    const answer = (record: Pick<LocalRecord, 'instanceList' | 'siblings'>): void => {
      const credential = record.siblings?.find((each) => each.instanceId === instanceId)?.credential;
      if (credential) channel.say('issued', encodeIssueAnswer({ requestId, outcome: 'done', credential, list: record.instanceList }));
    };
    const known = local.siblings.find((each) => each.instanceId === instanceId);
    if (known) return answer({ instanceList: local.list.bytes, siblings: [{ instanceId, credential: known.bytes, addedAt: 0 }] });
    let answered = false;
    changes.replace(
      async (record) => {
        try {
          return await withDevice(crypto, record, asked, clock.now());
        } catch (error) {
          logger.warn('upkeep.not-issued', { reason: error instanceof Error ? error.name : 'unknown' });
          return undefined;
        }
      },
      undefined,
      (next) => {
        if (!answered) answer(next);
        answered = true;
      },
    );
  }
}

/** The record of a certifier with another device on its list, and what is known of that one. Errors: those of `admitDevice`. */
async function withDevice(crypto: Crypto, record: LocalRecord, device: NewDevice, now: number): Promise<LocalRecord> {
  const { credential, record: next } = await admitDevice(crypto, record, device, now);
  return { ...next, siblings: [...(next.siblings ?? []), { instanceId: credential.instanceId, credential: credential.bytes, addedAt: now }] };
}

function notCertifier(): KeyshiftError {
  return new KeyshiftError('device.not-certifier', 'Only the device that holds the identity key can do this.');
}
