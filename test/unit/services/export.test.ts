import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import * as z from 'zod';
import { EventHub } from '../../../electron/services/event-hub';
import { exportService, type ExportServiceParts } from '../../../electron/services/export-service';
import { escaped, HtmlPage } from '../../../electron/services/export/html';
import { exportBeginnings } from '../../../electron/services/export/formats';
import { exportFiles } from '../../../electron/storage/export-files';
import type { Crypto } from '../../../electron/engine/crypto/crypto';
import type { AppEvent } from '../../../shared/contract/contract';
import type { Message } from '../../../shared/model/message';
import { exportedConversation } from '../../../shared/model/exported';
import type { PathChooser } from '../../../electron/services/ports';
import { KeyshiftError } from '../../../shared/errors';
import { defaultSettings } from '../../../shared/model/settings';
import { acquaint, createWorld, type Resident, type World } from '../../support/services-kit';
import { unnoted } from '../../support/memory-files';

const code = (value: string) => expect.objectContaining({ code: value });

describe('exported conversations', () => {
  let world: World;
  let ann: Resident;
  let bo: Resident;
  let conversationId = '';
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-export-'));
  const told: AppEvent[] = [];

  const files = { html: exportFiles(exportBeginnings.html), json: exportFiles(exportBeginnings.json), archive: exportFiles(exportBeginnings.archive) };
  const partsOf = (resident: Resident): ExportServiceParts => {
    const events = new EventHub({ debug() {}, info() {}, warn() {}, error() {} });
    events.on((event) => told.push(event));
    return { profile: () => resident.profile, crypto: resident.crypto, clock: world.clock, events, chooser: undefined, preferences: { get: () => ({ settings: defaultSettings }) }, systemLocale: () => 'en-GB', timesLocale: () => 'en-GB', files };
  };
  const serviceOf = (resident: Resident, change: Partial<ExportServiceParts> = {}) => exportService({ ...partsOf(resident), ...change }).handlers;
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
    expect(page).toContain('<html lang="en">');
    // The one style it has is the one its policy allows, whatever else somebody managed to write into it.
    const style = /<style>([^<]*)<\/style>/.exec(page)?.[1] ?? expect.unreachable('a style');
    expect(page).toContain(`content="default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; form-action 'none'; base-uri 'none'"`);
    // Written with the hours of the system, whose habit need not be that of the language.
    const hoursOf = (text: string): string => /<time [^>]*>[^<]*, (\d+:\d\d\s?(?:[AP]M)?)</u.exec(text)?.[1] ?? '';
    expect(hoursOf(page)).toMatch(/^\d\d:\d\d$/u);
    // The day is said once, above all that was said on it.
    expect(page.match(/<h2>/gu)).toHaveLength(new Set([...page.matchAll(/<h2>([^<]*)</gu)].map(([, day]) => day)).size);
    for (const [, time] of page.matchAll(/<article[^>]*><small>[^<]*<bdi>[^<]*<\/bdi>, <time [^>]*>([^<]*)</gu)) expect(time).toMatch(/^\d\d:\d\d$/u);
    expect(page.match(/<article[^>]*><small><bdi>[^<]*<\/bdi>, <time/gu)).toHaveLength(254);
    await serviceOf(ann, { timesLocale: () => 'en-US' }).export({ conversationId, format: 'html', path: path('a.html') });
    expect(hoursOf(readFileSync(path('a.html'), 'utf8'))).toMatch(/[AP]M$/u);
    const german = serviceOf(ann, { systemLocale: () => 'de-AT' });
    await german.export({ conversationId, format: 'html', path: path('a.html') });
    expect(readFileSync(path('a.html'), 'utf8')).toMatch(/<html lang="de">[^]*Unterhaltung mit/);

    await service.export({ conversationId, format: 'json', path: path('a.json') });
    const { messages, people, title } = exportedConversation.parse(JSON.parse(readFileSync(path('a.json'), 'utf8')));
    // What other programs are told is the same.
    expect(JSON.parse(readFileSync('docs/export.schema.json', 'utf8'))).toEqual(z.toJSONSchema(exportedConversation));
    expect([title, people.map(({ name }) => name)]).toEqual(['Trip & "more"', ['Ann', 'Bo <b>']]);
    expect(messages.map(({ text }) => text).slice(0, 3)).toEqual(['Hello <script>alert(1)</script> \u202egnihton', 'line 0', 'line 1']);
    expect(messages.filter(({ own }) => !own).map(({ text }) => text)).toEqual(['an answer']);
    const progress = told.filter(({ type }) => type === 'export.progress');
    expect(progress.at(-1)).toEqual({ type: 'export.progress', conversationId, done: 254, total: 254, state: 'finished' });
  });

  it('is called by the day it is where the person is', async () => {
    const before = process.env['TZ'];
    onTestFinished(() => {
      if (before === undefined) delete process.env['TZ'];
      else process.env['TZ'] = before;
    });
    process.env['TZ'] = 'Europe/Berlin';
    const names: string[] = [];
    const chooser: PathChooser = { save: async (_what, name) => void names.push(name), open: async () => undefined, folder: async () => undefined };
    // Half an hour after midnight there.
    const clock = vi.spyOn(world.clock, 'now').mockReturnValue(Date.UTC(2026, 10, 28, 23, 30));
    onTestFinished(() => clock.mockRestore());
    const service = serviceOf(ann, { chooser });
    await expect(service.export({ conversationId, format: 'html' })).rejects.toEqual(code('path.required'));
    expect(names).toEqual(['Bo <b> 2026-11-29']);
  });

  it.each(['ann', 'bo'])('S5-32: as an archive that is checked without a vault: the keys of both, an identity key that came later with it (%s)', async (who) => {
    const resident = who === 'ann' ? ann : bo;
    const id = resident.profile.stores.conversations.list()[0]?.conversationId ?? '';
    const file = path(`${who}.keyshift-archive`);
    const service = serviceOf(resident);
    await service.export({ conversationId: id, format: 'archive', path: file });
    const nobody = withoutVault(resident);
    const report = await nobody.checkArchive({ path: file });
    expect(report.faults).toEqual([]);
    expect(report).toMatchObject({ messages: 254, exportedAt: world.clock.now(), conversation: { title: 'Trip & "more"' } });
    expect(report.conversation.people.map(({ peerId }) => peerId).sort()).toEqual([ann, bo].map(({ profile }) => profile.local.peerId).sort());
    expect(new Set(report.conversation.people.map(({ fingerprint }) => fingerprint.length))).toEqual(new Set([64]));
    expect(report.headers).toBeGreaterThanOrEqual(2);
  });

  it('an archive that is written to without end while it is checked is checked as it was when it was opened; one that is cut short meanwhile misses its end', async () => {
    const [file, changing] = [path('ann.keyshift-archive'), path('changing')];
    const { archive } = files;
    const whole = readFileSync(file, 'utf8');
    const checkWhile = async (content: string, change: () => void) => {
      writeFileSync(changing, content);
      const opened = async (at: string) => {
        const source = await archive.open(at);
        return { ...source, read: (length: number) => { change(); return source.read(length); } };
      };
      return exportService({ ...partsOf(ann), files: { ...files, archive: { ...archive, open: opened } } }).handlers.checkArchive({ path: changing });
    };
    let reads = 0;
    const more = (): void => {
      // As fast as it is read; a check that goes on for ever ends here.
      if ((reads += 1) > 100) throw new Error('it never ends');
      appendFileSync(changing, '{"message":{}}\n'.repeat(8_000));
    };
    expect(await checkWhile(whole, more)).toMatchObject({ messages: 254, faults: [] });
    const unended = whole.replace(/\{"end".*\n$/, '');
    expect(await checkWhile(unended, more)).toMatchObject({ messages: 254, faults: ['The archive ends too early: something of it is missing.'] });
    const firstLines = Buffer.byteLength(whole.split('\n').slice(0, 20).join('\n')) + 1;
    expect((await checkWhile(whole, () => truncateSync(changing, firstLines))).faults).toContain('The archive ends too early: something of it is missing.');
  });

  it('whatever of an archive is changed is said, or it is none', async () => {
    const file = path('ann.keyshift-archive');
    const lines = linesOf(file);
    const check = async (changed: readonly string[]) => {
      writeFileSync(path('b'), `${changed.join('\n')}\n`);
      return withoutVault(ann).checkArchive({ path: path('b') });
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
    const kinds = async (changed: readonly string[]) => (await check(changed)).faultKinds.map(({ fault }) => fault);
    const alter = (kind: 'certificate' | 'credential' | 'history') => lines.map((line) => {
      const { signer } = JSON.parse(line) as { signer?: Record<string, string> };
      if (signer?.[kind] === undefined) return line;
      const bytes = Buffer.from(signer[kind], 'base64');
      bytes[bytes.length - 5] = (bytes.at(-5) ?? 0) ^ 1;
      return JSON.stringify({ signer: { ...signer, [kind]: bytes.toString('base64') } });
    });
    for (const kind of ['certificate', 'credential', 'history'] as const) expect(await kinds(alter(kind)), kind).toContain(kind);
    // In another person's name, and with another person instead of one of the two.
    const [annId, boId] = [ann, bo].map(({ profile }) => profile.local.peerId);
    expect(await kinds(lines.map((line) => (line.startsWith('{"signer"') ? line.replace(String(boId), String(annId)) : line)))).toContain('certificate');
    expect(await kinds([(lines[0] ?? '').replace(String(boId), 'a'.repeat(52)), ...lines.slice(1)])).toEqual(expect.arrayContaining(['certificate', 'signer', 'recipient']));
    // A header that is there twice proves no more than once, and one cut short is damaged.
    const twice = lines.flatMap((line, at) => (at === header ? [line, line] : [line])).map((line) => line.replace(/"headers":(\d+)/, (_, n: string) => `"headers":${Number(n) + 1}`));
    expect(await check(twice)).toEqual(good);
    expect(await kinds(lines.map((line, at) => (at === header ? JSON.stringify({ header: flipped.subarray(0, -1).toString('base64') }) : line)))).toEqual(['header']);
    expect(await kinds(lines.filter((_, at) => at !== header))).toEqual(['headers']);
    expect(await kinds([lines[0] ?? '', ...lines.filter((line) => line.startsWith('{"header"')), ...lines.slice(-1)])).toEqual(['signer', 'messages']);
    for (const bad of [lines.map((line) => line.replace('{"message":', '{"header":"AA==","message":')), lines.map((line) => line.replace('{"message":', '{"words":'))]) {
      await expect(check(bad)).rejects.toEqual(code('archive.garbled'));
    }
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
    await expect(service.export({ conversationId, format: 'json', path: path('mine.json') })).rejects.toEqual(code('path.taken'));
    expect(readFileSync(path('mine.json'), 'utf8')).toBe('{"mine":true}');
    await service.export({ conversationId, format: 'json', path: path('a.json') }); // one of its kind is replaced
    await expect(service.export({ conversationId, format: 'json' })).rejects.toEqual(code('path.required'));
    expect(existsSync(path('d.json'))).toBe(false);
  });

  it('goes on behind a message that is deleted meanwhile', async () => {
    const before = bo.profile.stores.conversations.list()[0]?.conversationId ?? '';
    const pages = (await serviceOf(bo).export({ conversationId: before, format: 'json', path: path('e.json') })).messages;
    let written = 0;
    const slow = { ...files, json: { ...files.json, begin: async (place: string) => {
      const target = await files.json.begin(place, unnoted);
      return { part: target.part, finish: () => target.finish(), discard: () => target.discard(), write: async (bytes: Uint8Array) => {
        await target.write(bytes);
        // All hundred of the first page, right after they were written.
        if ((written += 1) === 2) for (const { messageId } of bo.profile.stores.messages.pageFrom(before, undefined, 100).rows) bo.db.prepare('DELETE FROM messages WHERE message_id = ?').run([messageId]);
      } };
    } } };
    expect(await serviceOf(bo, { files: slow }).export({ conversationId: before, format: 'json', path: path('e.json') })).toMatchObject({ messages: pages });
    const { messages } = exportedConversation.parse(JSON.parse(readFileSync(path('e.json'), 'utf8')));
    expect(new Set(messages.map(({ id }) => id)).size).toBe(pages);
  });

  it('leaves nothing of itself where the disk is full, the vault closes, the place is none, or the app ends', async () => {
    const gone = async (change: Partial<ExportServiceParts>, error: string, name = 'f.html') => {
      await expect(serviceOf(ann, change).export({ conversationId, format: 'html', path: path(name) })).rejects.toEqual(code(error));
      expect(readdirSync(folder).filter((each) => each.includes('f.html'))).toEqual([]);
    };
    const failing = { ...files, html: { ...files.html, begin: async (place: string) => {
      const target = await files.html.begin(place, unnoted);
      let written = 0;
      return { part: target.part, finish: () => target.finish(), discard: () => target.discard(), write: (bytes: Uint8Array) => ((written += 1) > 2 ? Promise.reject(new KeyshiftError('disk.full', 'full')) : target.write(bytes)) };
    } } };
    await gone({ files: failing }, 'disk.full');
    let asked = 0;
    await gone({ profile: () => {
      if ((asked += 1) > 6) throw new KeyshiftError('vault.locked', 'locked');
      return ann.profile;
    } }, 'vault.locked');
    await gone({}, 'path.unusable', 'none/f.html');
    const service = exportService(partsOf(ann));
    const running = service.handlers.export({ conversationId, format: 'html', path: path('f.html') });
    const given = expect(running).rejects.toEqual(code('export.cancelled'));
    await service.stop();
    await given;
    expect(readdirSync(folder).filter((each) => each.includes('f.html'))).toEqual([]);
  });

  function withoutVault(resident: Resident) {
    return serviceOf(resident, {
      profile: (): never => {
        throw new Error('there is no vault');
      },
    });
  }
});

it('a page names both people, also who answered with an emoji and what an answer is to; files are as large as people say it', () => {
  const page = (language: 'en' | 'de') => new HtmlPage(createHashing(), { title: '', exportedAt: 0, me: { name: 'Ann', peerId: 'a' }, them: { name: 'Bo', peerId: 'b' } }, { language, times: '' });
  const message = (by: Partial<Message>): Message => ({ messageId: 'a'.repeat(32), conversationId: 'c', direction: 'out', instanceId: 'i', sequence: 1, kind: 'text', text: 'so it is', sentAt: 1, state: 'read', keyEpoch: 1, ...by });
  const file = (size: number) => ({ transferId: 't', name: 'plan.pdf', size, mediaType: 'application/pdf' });
  const said = (made: string): string => made.replace(/<time[^]*?<\/time>/g, '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim();
  expect(page('en').begin().join('')).toMatch(/<p>Exported by <bdi>Ann<\/bdi>, <time/);
  expect(page('de').begin().join('')).toMatch(/<p>Exportiert von <bdi>Ann<\/bdi>, <time/);
  expect(said(page('en').message(message({ reactions: [{ by: 'me', emoji: '👍' }, { by: 'them', emoji: '🎉' }] }), message({ direction: 'in', kind: 'file', text: '', file: file(1) })))).toMatch(/Ann , Answer to Bo : plan\.pdf so it is 👍 Ann , 🎉 Bo$/);
  expect(said(page('de').message(message({}), message({ kind: 'deleted', text: '' })))).toContain('Antwort auf Ann : Diese Nachricht wurde gelöscht.');
  expect(said(page('en').message(message({}), message({ text: 'x'.repeat(300) })))).toContain(`${'x'.repeat(200)}… so it is`);
  const sizes = (language: 'en' | 'de') => [1, 900, 150_000, 1_600_000, 6_200_000_000].map((size) => /\((.*)\)/.exec(said(page(language).message(message({ kind: 'file', file: file(size) }), undefined)))?.[1]?.replace(/\s/gu, ' '));
  expect(sizes('en')).toEqual(['1 byte', '900 bytes', '146 kB', '1.5 MB', '5.8 GB']);
  expect(sizes('de')).toEqual(['1 Byte', '900 Byte', '146 kB', '1,5 MB', '5,8 GB']);
});

it('a text in a page is text, whatever stands in it', () => {
  expect(escaped('<a href="x">\u0000\ud800 & \'')).toBe('&#60;a href=&#34;x&#34;&#62;\ufffd\ufffd &#38; &#39;');
  expect(escaped('a\r\nb\rc\u2066\u202e')).toBe('a\nb\nc');
  const wild = fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '\\', '/', '!', '-', '`', '=', ' ', 'on', 'script', 'style', 'javascript:', '\u0000', '\u202e', '\u2028', '\ud83d', 'x') });
  const person = fc.record({ name: wild, peerId: fc.constant('p') });
  fc.assert(
    fc.property(person, person, wild, wild, wild, wild, (me, them, title, text, fileName, emoji) => {
      const page = new HtmlPage(createHashing(), { title, exportedAt: 0, me, them }, { language: 'en', times: '' });
      const message: Message = { messageId: 'a'.repeat(32), conversationId: 'c', direction: 'in', instanceId: 'i', sequence: 1, kind: 'file', text, sentAt: 1, state: 'read', keyEpoch: 1, reactions: [{ by: 'them', emoji }], file: { transferId: 't', name: fileName, size: 1, mediaType: text } };
      const made = [...page.begin(), page.message(message, message), page.end()].join('');
      // Tags and attributes are ours alone: no text of anybody ever stands in one, and no text begins one.
      const ours = /^<(?:!doctype html|!-- Keyshift conversation 1 --|html lang="en"|meta charset="utf-8"|meta name="viewport" content="width=device-width"|meta http-equiv="Content-Security-Policy" content="[^"<>]*"|blockquote dir="auto"|p dir="auto"|article id="m[0-9a-f]{32}"|time datetime="[0-9T:.Z-]*"|\/?(?:html|head|title|style|body|header|h1|h2|p|bdi|time|main|article|small|blockquote))>$/;
      for (const [tag] of made.matchAll(/<[^>]*>/g)) expect(tag).toMatch(ours);
      expect(made.replace(/<[^>]*>/g, '')).not.toMatch(/[<>]/);
      expect(made.match(/<(?:article|style|title|meta http-equiv)/g)).toHaveLength(4);
    }),
    { numRuns: 60 },
  );
});

function createHashing(): Pick<Crypto, 'sha256'> {
  return { sha256: (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest() };
}
