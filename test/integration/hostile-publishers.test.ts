import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { random } from '../second/crypto.mjs';
import type { Sibling } from '../second/sibling.mjs';
import type { HeadlessPeer } from '../support/headless-peer';
import { afterTheList, letIn } from '../support/second-people';
import { newPerson, temporaryFolder } from '../support/two-peers';

// Hedda's first device is a real headless peer that keeps records of sessions for the others. Two of these were written from docs/protocol.md alone, and publish as they like.
const folder = temporaryFolder();
let hedda: HeadlessPeer;
let owner: InstanceType<typeof Sibling>;
let taker: InstanceType<typeof Sibling>;

beforeAll(async () => {
  hedda = (await newPerson(folder.path, 'hedda')).peer;
  const [first, second] = [await letIn(hedda, 'pocket'), await letIn(hedda, 'attic')];
  const { instance } = await hedda.call('identity.get');
  await hedda.call('devices.setArchive', { instanceId: instance.id, archive: true });
  [owner, taker] = [await afterTheList(first), await afterTheList(second)];
  for (const each of [owner, taker]) await each.meet();
}, 120_000);
afterAll(async () => {
  for (const each of [owner, taker]) each?.session?.close();
  await hedda?.end();
  folder.release();
});

describe('devices that publish as they like, and the archive', () => {
  it('A62 S4-19: what is published late brings nothing back, on whatever revision it claims to stand', async () => {
    const name = random(16);
    const [held, gone] = [random(900), random(120)];
    const first = await owner.writeRecord(name, 0, held);
    expect(first).toMatchObject({ kind: 'written', revision: expect.any(Number) });
    expect(first.revision).toBeGreaterThan(0);
    const taken = await taker.writeRecord(name, first.revision, gone);
    expect(taken.revision).toBeGreaterThan(first.revision);
    const claims = [first.revision, 0, taken.revision - 1, taken.revision + 1, first.revision - 1, Number.MAX_SAFE_INTEGER].filter((claim, at, all) => claim >= 0 && claim !== taken.revision && all.indexOf(claim) === at);
    for (const claim of claims) expect([claim, await owner.writeRecord(name, claim, held)]).toEqual([claim, expect.objectContaining({ kind: 'written', revision: 0 })]);
    expect(await owner.readRecord(name)).toMatchObject({ kind: 'found', revision: taken.revision, record: gone });
  }, 60_000);

  it('A58 A62 S4-17: of fifty writes on one revision, from both at once, one counts, and its revision is given out once', async () => {
    const name = random(16);
    const { revision } = await owner.writeRecord(name, 0, random(500));
    const records = Array.from({ length: 50 }, () => random(100));
    const answers = await Promise.all(records.map((record, at) => (at % 2 ? owner : taker).writeRecord(name, revision, record)));
    const won = answers.flatMap((answer, at) => (answer.revision > 0 ? [at] : []));
    expect([answers.every(({ kind }) => kind === 'written'), won.length]).toEqual([true, 1]);
    expect((await owner.readRecord(name)).record).toEqual(records[won[0] ?? 0]);
  }, 60_000);
});
