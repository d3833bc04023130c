import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { maxRecordBytes, repositoryNameLength, type SessionRepository } from '../../electron/services/ports/session-repository';

/** One kind of repository, as the devices of one person see it. */
export interface RepositoryKind {
  readonly name: string;
  /** Once, before the first test. */
  readonly start?: () => Promise<void>;
  /** Another device of the same person connects. */
  readonly connect: () => Promise<SessionRepository> | SessionRepository;
  /** Once, after the last test. */
  readonly stop?: () => Promise<void>;
}

const newName = (): string => randomBytes(repositoryNameLength / 2).toString('hex');
const text = (record: Uint8Array | undefined): string | undefined => record && Buffer.from(record).toString();
const bytes = (said: string): Uint8Array => Uint8Array.from(Buffer.from(said));

/** What hand-over relies on: holds for every repository. */
export function describeSessionRepository(kind: RepositoryKind): void {
  describe(`a session repository: ${kind.name}`, () => {
    let one: SessionRepository;
    let two: SessionRepository;

    beforeAll(async () => {
      await kind.start?.();
      one = await kind.connect();
      two = await kind.connect();
    });
    afterAll(() => kind.stop?.());

    test('S4-08: what one device wrote, another reads', async () => {
      const name = newName();
      expect(await two.read(name)).toBeUndefined();
      const revision = await one.write(name, bytes('first'), 0);
      const stored = await two.read(name);
      expect([text(stored?.record), stored?.revision]).toEqual(['first', revision]);
    });

    test('S4-19: a write counts only on top of what its writer saw', async () => {
      const name = newName();
      const first = await one.write(name, bytes('first'), 0);
      expect(first).toBeGreaterThanOrEqual(1);
      expect(await two.write(name, bytes('other'), 0)).toBeUndefined();
      const second = await two.write(name, bytes('second'), first ?? 0);
      expect(second).toBeGreaterThan(first ?? 0);
      expect(await one.write(name, bytes('late'), first ?? 0)).toBeUndefined();
      expect(await one.write(name, bytes('late'), 0)).toBeUndefined();
      expect(text((await one.read(name))?.record)).toBe('second');
    });

    test('S4-17 A58: of 50 who write on top of the same at once one wins, and its record stands', async () => {
      const name = newName();
      const before = await one.write(name, bytes('held'), 0);
      const outcomes = await Promise.all(Array.from({ length: 50 }, (_, at) => (at % 2 === 0 ? one : two).write(name, bytes(`taken by ${at}`), before ?? 0)));
      const winners = outcomes.flatMap((revision, at) => (revision === undefined ? [] : [{ at, revision }]));
      expect(winners).toHaveLength(1);
      const stored = await two.read(name);
      expect([text(stored?.record), stored?.revision]).toEqual([`taken by ${winners[0]?.at}`, winners[0]?.revision]);
    });

    test('names do not touch each other, and a record may be as long as the cap', async () => {
      const [short, long] = [newName(), newName()];
      const most = new Uint8Array(randomBytes(maxRecordBytes));
      await one.write(long, most, 0);
      const revision = await one.write(short, new Uint8Array(0), 0);
      expect(await two.read(short)).toEqual({ record: new Uint8Array(0), revision });
      expect(Buffer.compare((await two.read(long))?.record ?? bytes(''), most)).toBe(0);
    });
  });
}
