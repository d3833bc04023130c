import { jetstream, JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import { headers as newHeaders, type NatsConnection } from '@nats-io/nats-core';
import { maxRecordBytes, repositoryNameLength, RepositoryUnreachable, type SessionRepository, type StoredRecord } from '../../services/ports/session-repository';
import { apiPrefix, recordRead, recordWrite } from './names';

const answerMs = 5_000;
const notFound = 404;
/** Another write was before this one, or is just under way under the same id (10158). */
const otherFirst = new Set<number>([JetStreamApiCodes.StreamWrongLastSequence, JetStreamApiCodes.StreamWrongLastSequenceUnknown, 10_158]);

/**
 * The session repository of a person's devices: a key-value bucket of JetStream, in which the server lets them touch what begins
 * with their own address only. A write is a publication that the server takes only on top of the sequence number its writer saw. In
 * a cluster a read may be answered by a server that is behind: then the next write does not count, and its writer reads again.
 */
export class RecordStore implements SessionRepository {
  readonly #address: string;
  readonly #connection: () => NatsConnection | undefined;

  constructor(address: string, connection: () => NatsConnection | undefined) {
    this.#address = address;
    this.#connection = connection;
  }

  async read(name: string): Promise<StoredRecord | undefined> {
    const answer = await this.#ask((connection) => connection.request(recordRead(this.#address, checked(name)), undefined, { timeout: answerMs }));
    if (answer.headers?.code === notFound) return undefined;
    const revision = revisionIn(answer.headers?.get('Nats-Sequence') ?? '');
    if (revision === undefined || answer.headers?.has('Status') === true || answer.data.length > maxRecordBytes) throw new RepositoryUnreachable();
    return { record: new Uint8Array(answer.data), revision };
  }

  async write(name: string, record: Uint8Array, expected: number): Promise<number | undefined> {
    if (record.length > maxRecordBytes) throw new RangeError('too long for a record');
    const headers = newHeaders();
    headers.set('Nats-Expected-Last-Subject-Sequence', String(expected));
    // Clusters of older servers let two writes on top of the same pass where both are under way at once; of two with one id they
    // take the first.
    headers.set('Nats-Msg-Id', `${name}.${expected}`);
    return this.#ask(async (connection) => {
      try {
        const { seq, duplicate } = await jetstream(connection, { apiPrefix, timeout: answerMs }).publish(recordWrite(this.#address, checked(name)), record, { headers, timeout: answerMs });
        if (duplicate) return undefined;
        const revision = revisionIn(String(seq));
        if (revision === undefined) throw new RepositoryUnreachable();
        return revision;
      } catch (error) {
        if (error instanceof JetStreamApiError && otherFirst.has(error.code)) return undefined;
        throw error;
      }
    });
  }

  async #ask<T>(work: (connection: NatsConnection) => Promise<T>): Promise<T> {
    const connection = this.#connection();
    if (connection === undefined) throw new RepositoryUnreachable();
    try {
      return await work(connection);
    } catch (error) {
      if (error instanceof RangeError) throw error;
      throw new RepositoryUnreachable();
    }
  }
}

/** What a server calls the place of a record: a number from 1; undefined for anything else. */
export function revisionIn(text: string): number | undefined {
  return /^[1-9][0-9]{0,15}$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
}

function checked(name: string): string {
  if (name.length !== repositoryNameLength || !/^[0-9a-f]+$/.test(name)) throw new RangeError('no name of a record');
  return name;
}
