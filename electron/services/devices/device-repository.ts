import { encodeRepositoryWord, type RepositoryWord } from '../../engine/sharing/repository-words';
import type { InstanceId } from '../../engine/ids';
import type { Clock } from '../../engine/ports';
import { fromHex } from '../../engine/wire/encoding';
import { maxRecordBytes, repositoryNameLength, RepositoryUnreachable, type SessionRepository, type StoredRecord } from '../ports/session-repository';
import type { SiblingLine } from './siblings';

/** How long the device that keeps the records has for an answer. */
const answerMs = 2_000;
/** Asked and not answered, at most. */
const mostWaiting = 256;

type Answer = Extract<RepositoryWord, { kind: 'found' | 'written' | 'refused' }>;

export interface DeviceRepositoryParts {
  readonly clock: Clock;
  readonly line: () => Pick<SiblingLine, 'send'>;
  readonly host: InstanceId;
}

/** The session repository that another own device keeps, over the session with it. Without that session it is unreachable; nobody else is asked in its place. */
export class DeviceRepository implements SessionRepository {
  readonly #parts: DeviceRepositoryParts;
  readonly #waiting = new Map<number, (answer: Answer | undefined) => void>();
  #asks = 0;

  constructor(parts: DeviceRepositoryParts) {
    this.#parts = parts;
  }

  get host(): InstanceId {
    return this.#parts.host;
  }

  async read(name: string): Promise<StoredRecord | undefined> {
    const key = checked(name);
    const answer = await this.#ask((ask) => ({ kind: 'read', ask, name: key }));
    if (answer.kind !== 'found') throw new RepositoryUnreachable();
    return answer.revision === 0 ? undefined : { record: answer.record, revision: answer.revision };
  }

  async write(name: string, record: Uint8Array, expected: number): Promise<number | undefined> {
    const key = checked(name);
    if (record.length > maxRecordBytes) throw new RangeError('too long for a record');
    const answer = await this.#ask((ask) => ({ kind: 'write', ask, name: key, expected, record }));
    if (answer.kind !== 'written') throw new RepositoryUnreachable();
    return answer.revision === 0 ? undefined : answer.revision;
  }

  /** An answer: only from the device that was asked. */
  heard(from: InstanceId, word: Answer): void {
    if (from === this.#parts.host) this.#waiting.get(word.ask)?.(word);
  }

  /** The session with this device ended: it answers nothing any more. */
  left(from: InstanceId): void {
    if (from === this.#parts.host) this.close();
  }

  close(): void {
    for (const answered of this.#waiting.values()) answered(undefined);
  }

  #ask(word: (ask: number) => RepositoryWord): Promise<Answer> {
    const { clock, line, host } = this.#parts;
    if (this.#waiting.size >= mostWaiting) return Promise.reject(new RepositoryUnreachable());
    this.#asks = (this.#asks % 0xffff_fffe) + 1;
    const ask = this.#asks;
    return new Promise((resolve, reject) => {
      const answered = (answer: Answer | undefined): void => {
        cancel();
        this.#waiting.delete(ask);
        if (answer) resolve(answer);
        else reject(new RepositoryUnreachable());
      };
      const cancel = clock.setTimer(answerMs, () => answered(undefined));
      this.#waiting.set(ask, answered);
      if (line().send(host, encodeRepositoryWord(word(ask))) === undefined) answered(undefined);
    });
  }
}

function checked(name: string): Uint8Array {
  if (name.length !== repositoryNameLength || !/^[0-9a-f]+$/.test(name)) throw new RangeError('no name of a record');
  return fromHex(name);
}
