import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventHub } from '../../../electron/services/event-hub';
import { exportService } from '../../../electron/services/export-service';
import { escaped } from '../../../electron/services/export/html';
import { exportBeginnings } from '../../../electron/services/export/formats';
import { exportFiles } from '../../../electron/storage/export-files';
import type { AppEvent } from '../../../shared/contract/contract';
import { defaultSettings } from '../../../shared/model/settings';
import { acquaint, createWorld, type Resident, type World } from '../../support/services-kit';

const code = (value: string) => expect.objectContaining({ code: value });

describe('exported conversations', () => {
  let world: World;
  let ann: Resident;
  let bo: Resident;
  let conversationId = '';
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-export-'));
  const told: AppEvent[] = [];

  const serviceOf = (resident: Resident) => {
    const events = new EventHub({ debug() {}, info() {}, warn() {}, error() {} });
    events.on((event) => told.push(event));
    return exportService({
      profile: () => resident.profile, crypto: resident.crypto, clock: world.clock, events, chooser: undefined,
      preferences: { get: () => ({ settings: defaultSettings }) },
      files: { html: exportFiles(exportBeginnings.html), json: exportFiles(exportBeginnings.json), archive: exportFiles(exportBeginnings.archive) },
    });
  };
  const path = (name: string) => join(folder, name);
  const linesOf = (file: string) => readFileSync(file, 'utf8').trimEnd().split('\n');

  beforeAll(async () => {
    world = createWorld();
    [ann, bo] = [await world.move('Ann'), await world.move('Bo <b>')];
    const { ofInviter: contactId } = await acquaint(world, ann, bo);
    ({ conversationId } = await ann.conversations.open({ contactId, title: 'Trip & "more"' }));
    const { messageId } = await ann.messages.send({ conversationId, text: 'Hello <script>alert(1)</script> \u202egnihton' });
    for (let n = 0; n < 250; n += 1) await ann.messages.send({ conversationId, text: `line ${n}` });
    await world.until('all are there', () => (bo.profile.stores.conversations.list()[0]?.unread ?? 0) === 251);
    const there = bo.profile.stores.conversations.list()[0]?.conversationId ?? '';
    await bo.messages.send({ conversationId: there, text: 'an answer' });
    await world.until('it is answered', () => ann.profile.stores.conversations.byId(conversationId)?.unread === 1);
    await ann.messages.send({ conversationId, text: 'last', replyTo: messageId });
    // One key change of Ann's, heard by Bo.
    await ann.rotate();
    await world.until('the new key is known', () => bo.profile.book.find(ann.profile.local.peerId)?.record.identityEpoch === 2);
    await ann.messages.send({ conversationId, text: 'under the new key' });
    await world.until('that came, too', () => bo.profile.stores.messages.count(there, 0) === 254);
  });
  afterAll(() => {
    world.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('as a page that stands alone, runs nothing and escapes what people wrote; as JSON one can parse', async () => {
    const service = serviceOf(ann);
    expect(await service.export({ conversationId, format: 'html', path: path('a.html') })).toEqual({ path: path('a.html'), messages: 254 });
    const page = readFileSync(path('a.html'), 'utf8');
    expect(page).toContain('Hello &#60;script&#62;alert(1)&#60;/script&#62; gnihton');
    expect(page).toContain('Trip &#38; &#34;more&#34;');
    expect(page).not.toMatch(/<script|\son\w+=|https?:/);
    expect(page.match(/<article/g)).toHaveLength(254);
    expect(page.match(/<blockquote/g)).toHaveLength(1);

    await service.export({ conversationId, format: 'json', path: path('a.json') });
    const { messages, people, title } = JSON.parse(readFileSync(path('a.json'), 'utf8')) as { messages: { text: string; own: boolean }[]; people: { name: string }[]; title: string };
    expect([title, people.map(({ name }) => name)]).toEqual(['Trip & "more"', ['Ann', 'Bo <b>']]);
    expect(messages.map(({ text }) => text).slice(0, 3)).toEqual(['Hello <script>alert(1)</script> \u202egnihton', 'line 0', 'line 1']);
    expect(messages.filter(({ own }) => !own).map(({ text }) => text)).toEqual(['an answer']);
    const progress = told.filter(({ type }) => type === 'export.progress');
    expect(progress.at(-1)).toEqual({ type: 'export.progress', conversationId, done: 254, total: 254, state: 'finished' });
  });

  it.each(['ann', 'bo'])('S5-32: as an archive that is checked without a vault: the keys of both, an identity key that came later with it (%s)', async (who) => {
    const resident = who === 'ann' ? ann : bo;
    const id = resident.profile.stores.conversations.list()[0]?.conversationId ?? '';
    const file = path(`${who}.keyshift-archive`);
    const service = serviceOf(resident);
    await service.export({ conversationId: id, format: 'archive', path: file });
    const nobody = exportService({ ...partsWithoutVault(), clock: world.clock, crypto: resident.crypto });
    const report = await nobody.checkArchive({ path: file });
    expect(report.faults).toEqual([]);
    expect(report).toMatchObject({ messages: 254, exportedAt: world.clock.now(), conversation: { title: 'Trip & "more"' } });
    expect(report.conversation.people.map(({ peerId }) => peerId).sort()).toEqual([ann, bo].map(({ profile }) => profile.local.peerId).sort());
    expect(new Set(report.conversation.people.map(({ fingerprint }) => fingerprint.length))).toEqual(new Set([64]));
    expect(report.headers).toBeGreaterThanOrEqual(2);
  });

  it('whatever of an archive is changed is said, or it is none', async () => {
    const file = path('ann.keyshift-archive');
    const lines = linesOf(file);
    const check = async (changed: readonly string[]) => {
      writeFileSync(path('b'), `${changed.join('\n')}\n`);
      return exportService({ ...partsWithoutVault(), clock: world.clock, crypto: ann.crypto }).checkArchive({ path: path('b') });
    };
    const header = lines.findIndex((line) => line.startsWith('{"header"'));
    const flipped = Buffer.from((JSON.parse(lines[header] ?? '') as { header: string }).header, 'base64');
    flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
    const good = await check(lines);
    const other = await check(lines.map((line, at) => (at === header ? JSON.stringify({ header: flipped.toString('base64') }) : line)));
    expect([other.headers, other.faults]).toEqual([good.headers - 1, ['A key header was changed after it was signed.']]);
    const firstSigner = lines.findIndex((line) => line.startsWith('{"signer"'));
    expect((await check(lines.filter((_, at) => at !== firstSigner))).headers).toBeLessThan(good.headers);
    const withoutHistory = await check(lines.map((line) => line.replace(/,"history":"[^"]*"/, '')));
    expect(withoutHistory.faults).toContain('Nothing in the archive leads from a person’s first key to one of the keys in it.');
    expect((await check(lines.filter((line) => !line.includes('"line 7"')))).faults).toEqual(['Messages were taken out of the archive, or put in.']);
    expect((await check(lines.slice(0, -1))).faults).toEqual(['The archive ends too early: something of it is missing.']);
    for (const bad of [[''], ['{}'], ['[]'], lines.slice(1), [...lines, '{}'], ['x'.repeat(600_000)], lines.map((line) => line.replace('"header":"', '"header":"*'))]) {
      await expect(check(bad)).rejects.toEqual(code('archive.garbled'));
    }
    await expect(check([(lines[0] ?? '').replace('"version":1', '"version":2')])).rejects.toEqual(code('archive.newer'));
  });

  it('one at a time, given up without a trace, and never over another file', async () => {
    const service = serviceOf(ann);
    const running = service.export({ conversationId, format: 'json', path: path('c.json') });
    await expect(service.export({ conversationId, format: 'json', path: path('d.json') })).rejects.toEqual(code('export.busy'));
    await service.cancelExport(undefined);
    await expect(running).rejects.toEqual(code('export.cancelled'));
    expect(readdirSync(folder).filter((name) => name.includes('c.json') || name.includes('d.json'))).toEqual([]);
    writeFileSync(path('mine.json'), '{"mine":true}');
    await expect(service.export({ conversationId, format: 'json', path: path('mine.json') })).rejects.toEqual(code('path.unusable'));
    expect(readFileSync(path('mine.json'), 'utf8')).toBe('{"mine":true}');
    await service.export({ conversationId, format: 'json', path: path('a.json') }); // one of its kind is replaced
    await expect(service.export({ conversationId, format: 'json' })).rejects.toEqual(code('path.required'));
    expect(existsSync(path('d.json'))).toBe(false);
  });

  function partsWithoutVault() {
    return {
      profile: (): never => { throw new Error('there is no vault'); },
      events: new EventHub({ debug() {}, info() {}, warn() {}, error() {} }),
      chooser: undefined,
      preferences: { get: () => ({ settings: defaultSettings }) },
      files: { html: exportFiles(exportBeginnings.html), json: exportFiles(exportBeginnings.json), archive: exportFiles(exportBeginnings.archive) },
    };
  }
});

it('a text in a page is text', () => {
  expect(escaped('<a href="x">\u0000\ud800 & \'')).toBe('&#60;a href=&#34;x&#34;&#62;\ufffd\ufffd &#38; &#39;');
});
