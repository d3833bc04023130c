import { expect, test } from 'vitest';
import { readInTurn } from '../../../electron/compose/read-rest';
import { ManualClock } from '../../support/manual-clock';

test('what cannot be read behind the start is told in the log, without where it lies, and the others are read all the same', async () => {
  const clock = new ManualClock();
  const warned: unknown[] = [];
  const read: string[] = [];
  const piece = (name: string, error?: Error) => async (): Promise<void> => {
    read.push(name);
    if (error) throw error;
  };
  const gone = Object.assign(new Error("ENOENT: no such file or directory, open '/home/ada/keyshift/mailbox.cjs'"), { code: 'ENOENT' });
  readInTurn(clock, { warn: (event, facts) => void warned.push([event, facts]) }, [piece('first'), piece('mailbox', gone), piece('router')]);
  await clock.advance(9_999);
  expect(read).toEqual([]);
  await clock.advance(1_000);
  expect(read).toEqual(['first', 'mailbox', 'router']);
  expect(warned).toEqual([['program.unread', { piece: 2, kind: 'Error', code: 'ENOENT', where: expect.any(String) }]]);
  expect(JSON.stringify(warned)).not.toContain('/home');
  expect(clock.waiting).toBe(0);
});
