import { KeyshiftError } from '../../../shared/errors';
import { closeKeys, moveIdBytes, packKeys, withKeys } from '../../engine/key-files/certifier-move';
import type { LocalParty } from '../../engine/certificates/local-party';
import type { Crypto } from '../../engine/crypto/crypto';
import type { InstanceId } from '../../engine/ids';
import type { Clock, LocalRecord, Logger } from '../../engine/ports';
import { id16ToBytes, instanceIdFromBytes } from '../../engine/wire/ids';
import { Reader } from '../../engine/wire/reader';
import { concat } from '../../engine/wire/writer';
import type { Stores } from '../ports';
import { upkeepNotes } from '../ports/upkeep';
import { loadRecord, type ProfileChanges } from '../retiring';
import { wipeRecord } from '../wipe-record';
import type { UpkeepChannel } from './upkeep-channel';

/** How long the other device may take to store what it is given. */
const takenMs = 20_000;
const maxClosedBytes = 256 * 1024;

export interface CertifierMoveParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly local: LocalParty;
  readonly stores: Pick<Stores, 'local' | 'upkeep'>;
  readonly changes: Pick<ProfileChanges, 'replace'>;
  readonly commit: <T>(work: () => T) => T;
  readonly channel: (instanceId: InstanceId) => UpkeepChannel | undefined;
}

/** Closed keys that another device has stored: from here on erasing them here gives them to that one. */
export interface Offered {
  /** Whether the keys here are those that were closed. */
  isOf(record: LocalRecord): boolean;
  /** What opens them: stored in the transaction that erases the keys. */
  keep(): void;
  /** Wipes what is in memory. */
  end(): void;
}

/**
 * The identity key moves to another device (protocol.md §10.2): *offer*, closed keys; *taken*, the other has stored them; then the giver erases its own and
 * keeps what opens them, in one transaction with the list that names the other; *release* gives that, at every session until *released*. At every moment
 * one device at most can sign as the identity, and none is lost but with both.
 */
export class CertifierMove {
  readonly #parts: CertifierMoveParts;
  readonly #waiting = new Map<string, { readonly taken: () => void; readonly never: () => void }>();

  constructor(parts: CertifierMoveParts) {
    this.#parts = parts;
  }

  /** Nobody waits on: what would open the closed keys goes with the other secrets, and not when the time is over. */
  close(): void {
    for (const { never } of this.#waiting.values()) never();
  }

  /** Errors: device.not-connected. */
  async offer(to: InstanceId): Promise<Offered> {
    const { crypto, stores } = this.#parts;
    const channel = this.#parts.channel(to);
    if (!channel) throw notConnected();
    const moveId = crypto.random(moveIdBytes);
    const transferKey = crypto.randomSecret('content', 32);
    let digest: string;
    try {
      const record = loadRecord(stores.local);
      try {
        digest = this.#digest(record);
        channel.say('offer', concat(moveId, closeKeys(crypto, record, moveId, transferKey)));
      } finally {
        wipeRecord(crypto, record);
      }
      await this.#taken(moveId);
    } catch (error) {
      transferKey.wipe();
      throw error;
    }
    return {
      isOf: (current) => this.#digest(current) === digest,
      keep: () => stores.upkeep.put(upkeepNotes.outgoing, concat(id16ToBytes(to), moveId, transferKey.bytes)),
      end: () => transferKey.wipe(),
    };
  }

  /** Another device is here: what it waits for is given to it. */
  met(channel: UpkeepChannel): void {
    const note = this.#note(upkeepNotes.outgoing);
    if (!note || note.other !== channel.instanceId) return;
    const statement = concat(note.moveId, note.rest);
    try {
      channel.say('release', channel.seal('release', statement));
    } finally {
      this.#parts.crypto.wipe(statement);
      this.#parts.crypto.wipe(note.rest);
    }
  }

  heard(channel: UpkeepChannel, word: 'offer' | 'taken' | 'release' | 'released', body: Uint8Array): void {
    if (word === 'offer') this.#offered(channel, body);
    else if (word === 'release') this.#release(channel, body);
    else if (word === 'taken') this.#waiting.get(Buffer.from(body).toString('hex'))?.taken();
    else this.#released(channel, body);
  }

  #offered(channel: UpkeepChannel, body: Uint8Array): void {
    const { local, stores, commit } = this.#parts;
    const isCertifier = local.list.instances.some(({ instanceId, roles, state }) => instanceId === channel.instanceId && state === 'active' && roles.includes('certifier'));
    if (!isCertifier || body.length <= moveIdBytes || body.length > moveIdBytes + maxClosedBytes) return;
    commit(() => stores.upkeep.put(upkeepNotes.incoming, concat(id16ToBytes(channel.instanceId), body)));
    channel.say('taken', body.subarray(0, moveIdBytes));
  }

  #release(channel: UpkeepChannel, body: Uint8Array): void {
    const { crypto, stores, changes, local, logger } = this.#parts;
    const statement = channel.open('release', body);
    if (statement?.length !== moveIdBytes + 32) return;
    const moveId = statement.slice(0, moveIdBytes);
    const transferKey = crypto.secret('content', statement.slice(moveIdBytes));
    crypto.wipe(statement);
    const note = this.#note(upkeepNotes.incoming);
    if (!note || note.other !== channel.instanceId || !crypto.equal(note.moveId, moveId)) {
      transferKey.wipe();
      // Done already: said again for who has not heard it.
      if (local.isCertifier) channel.say('released', moveId);
      return;
    }
    changes.replace(
      async (record) => {
        try {
          return withKeys(crypto, record, note.rest, moveId, transferKey);
        } finally {
          transferKey.wipe();
        }
      },
      () => {
        stores.upkeep.remove(upkeepNotes.incoming);
        logger.info('certifier.taken');
      },
    );
  }

  #released(channel: UpkeepChannel, body: Uint8Array): void {
    const { crypto, stores, commit } = this.#parts;
    const note = this.#note(upkeepNotes.outgoing);
    if (!note || note.other !== channel.instanceId || !crypto.equal(note.moveId, body)) return;
    crypto.wipe(note.rest);
    commit(() => stores.upkeep.remove(upkeepNotes.outgoing));
  }

  #taken(moveId: Uint8Array): Promise<void> {
    const key = Buffer.from(moveId).toString('hex');
    return new Promise((resolve, reject) => {
      const over = (): void => {
        cancel();
        this.#waiting.delete(key);
      };
      const never = (): void => {
        over();
        reject(notConnected());
      };
      const cancel = this.#parts.clock.setTimer(takenMs, never);
      const taken = (): void => {
        over();
        resolve();
      };
      this.#waiting.set(key, { taken, never });
    });
  }

  #note(name: 'incoming' | 'outgoing'): { readonly other: InstanceId; readonly moveId: Uint8Array; readonly rest: Uint8Array } | undefined {
    const bytes = this.#parts.stores.upkeep.get(name);
    if (!bytes) return undefined;
    const reader = new Reader(bytes);
    return { other: instanceIdFromBytes(reader.fixed(16)), moveId: reader.fixed(moveIdBytes).slice(), rest: reader.fixed(reader.remaining) };
  }

  #digest(record: LocalRecord): string {
    const { crypto } = this.#parts;
    const packed = packKeys(record);
    try {
      return Buffer.from(crypto.sha256(packed)).toString('hex');
    } finally {
      crypto.wipe(packed);
    }
  }
}

function notConnected(): KeyshiftError {
  return new KeyshiftError('device.not-connected', 'That device is not connected.');
}
