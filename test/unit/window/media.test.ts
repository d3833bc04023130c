import { appendFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KeyshiftError } from '../../../shared/errors';
import { takeFiles, withFiles } from '../../../electron/main/desktop-files';
import { WindowFiles } from '../../../electron/main/file-tokens';
import { Media } from '../../../electron/main/media';
import type { HeldContent } from '../../../electron/services/files/held-content';
import { chosenFiles } from '../../../electron/storage/chosen-files';
import { recordingHandlers } from '../../support/fake-handlers';
import { memoryFiles } from '../../support/memory-files';
import { gif, heif, movingGif, plainPng, png, pngChunk } from '../../support/pictures';

const id = 'a'.repeat(32);
const sound = Buffer.concat([Buffer.from('OggS'), Buffer.alloc(600_000, 7)]);

function setUp(bytes: Uint8Array) {
  let closed = 0;
  let opened = 0;
  const content = {
    size: bytes.length,
    read: async (at: number, length: number) => bytes.slice(at, at + length),
    close: async () => void (closed += 1),
  };
  const media = new Media({
    openFile: async (transferId) => {
      if (transferId !== id) throw new KeyshiftError('transfer.unknown', '');
      opened += 1;
      return content as unknown as HeldContent; // as much of it as is used
    },
    openChosen: async () => ({ ...content, name: 'chosen' }),
  });
  return { media, closed: () => closed, opened: () => opened };
}
const bytesOf = async (body: ReadableStream<Uint8Array>): Promise<Buffer> => Buffer.from(await new Response(body).arrayBuffer());

describe('what the window shows of files', () => {
  test('a picture is streamed as what its own bytes say it is, and closed behind the last one', async () => {
    const { media, closed } = setUp(plainPng);
    const answer = await media.serve(id, null);
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'image/png', 'content-length': String(plainPng.length) } });
    expect(closed()).toBe(0);
    expect(await bytesOf(answer!.body)).toEqual(Buffer.from(plainPng));
    expect(closed()).toBe(1);
  });

  const webpHead = (flags: number): Buffer => Buffer.concat([Buffer.from('RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0', 'latin1'), Buffer.from([flags, 0, 0, 0, 2, 0, 0, 1, 0, 0]), Buffer.alloc(32)]);
  const apng = (before: boolean): Buffer => {
    const [head, data] = [Buffer.from(plainPng).subarray(0, 33), Buffer.from(plainPng).subarray(33)];
    const control = Buffer.from(pngChunk('acTL', [0, 0, 0, 2, 0, 0, 0, 0]));
    return Buffer.concat(before ? [head, control, data] : [head, data, control]);
  };
  const endless = Buffer.concat([Buffer.from(gif()).subarray(0, 19), Buffer.from([0x21, 0xfe]), Buffer.concat(Array.from({ length: 5_000 }, () => Buffer.concat([Buffer.from([255]), Buffer.alloc(255)])))]);
  test.each([
    ['a GIF of one picture', gif(), false],
    ['a GIF of two', movingGif(), true],
    ['a GIF cut off in its second picture', movingGif().subarray(0, movingGif().length - 40), true],
    ['a GIF with more before its first picture than is looked at', Buffer.concat([endless, Buffer.from([0]), gif().subarray(19)]), true],
    ['a PNG', plainPng, false],
    ['a PNG with the word of a moving one', apng(true), true],
    ['a PNG with that word behind its picture, where it counts for nothing', apng(false), false],
    ['a WebP', webpHead(0), false],
    ['a WebP with the flag', webpHead(0x02), true],
    ['sound', sound, false],
  ])('%s: whether it moves is told by its own bytes', async (_what, bytes, moves) => {
    const { media, opened, closed } = setUp(bytes);
    expect(await media.moves(id)).toBe(moves);
    expect([opened(), closed()]).toEqual([1, 1]);
    expect(await media.moves(`chosen/${id}`)).toBe(moves);
    expect(await media.moves('../elsewhere')).toBe(false);
  });

  test('of sound any part can be asked for', async () => {
    const { media } = setUp(sound);
    const answer = await media.serve(id, 'bytes=300000-');
    expect(answer).toMatchObject({ status: 206, headers: { 'content-type': 'audio/ogg', 'content-range': `bytes 300000-${sound.length - 1}/${sound.length}`, 'accept-ranges': 'bytes' } });
    expect(Buffer.compare(await bytesOf(answer!.body), sound.subarray(300_000))).toBe(0);
    expect(await bytesOf((await media.serve(id, 'bytes=4-9'))!.body)).toEqual(sound.subarray(4, 10));
    for (const range of ['bytes=-5', 'bytes=9-4', `bytes=${sound.length}-`, 'lines=0-', 'bytes=0-1,5-6']) expect(await media.serve(id, range)).toBeUndefined();
  });

  test.each([
    ['a page', Buffer.from('<!doctype html><script>1</script>')],
    ['a drawing made of text', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['a document', Buffer.from('%PDF-1.7')],
    ['a picture that claims too many pixels', png({ width: 50_000, height: 50_000 })],
  ])('%s is not there, and is closed', async (_what, bytes) => {
    const { media, closed } = setUp(bytes);
    expect(await media.serve(id, null)).toBeUndefined();
    expect(closed()).toBe(1);
  });

  test.each([`${id}/`, `${id}?x`, `chosen/${id}/..`, `../${id}`, id.toUpperCase(), id.slice(1), `chosen/../${id}`, ''])('%j is no address', async (path) => {
    const { media, opened } = setUp(plainPng);
    expect(await media.serve(path, null)).toBeUndefined();
    expect(opened()).toBe(0);
  });

  test('when the vault is locked, what was begun ends', async () => {
    const { media, closed } = setUp(sound);
    const answer = await media.serve(id, null);
    const reader = answer!.body.getReader();
    expect((await reader.read()).value).toHaveLength(256 * 1024);
    await media.close();
    await expect(reader.read()).rejects.toThrow();
    expect(closed()).toBe(1);
  });
});

describe('A88: of a file that is at its beginning as the vault is locked nothing is shown, and it is closed', () => {
  /** A file that is opened, and each time read, when it is let. */
  const slow = () => {
    const waits: (() => void)[] = [];
    const reads: Uint8Array[] = [];
    let closed = 0;
    const when = <T>(value: () => T): Promise<T> => new Promise((resolve) => waits.push(() => resolve(value())));
    const content = () => ({
      name: 'slow',
      size: sound.length,
      read: (at: number, length: number) =>
        when(() => {
          const bytes = Uint8Array.from(sound.subarray(at, at + length));
          reads.push(bytes);
          return bytes;
        }),
      close: async () => void (closed += 1),
    });
    const open = (): Promise<HeldContent> => when(() => content() as unknown as HeldContent); // as much of it as is used
    const media = new Media({ openFile: open, openChosen: open });
    /** What waits goes on. */
    const go = async (): Promise<void> => {
      waits.shift()?.();
      await new Promise(setImmediate);
    };
    return { media, reads, go, closed: () => closed };
  };

  test.each([id, `chosen/${id}`])('%s: being opened, or looked at', async (path) => {
    for (const steps of [0, 1]) {
      const { media, go, closed } = slow();
      const answers = Promise.all([media.serve(path, null), media.moves(path)]);
      for (let step = 0; step < 2 * steps; step += 1) await go();
      await media.close();
      for (let step = 0; step < 4; step += 1) await go();
      expect(await answers).toEqual([undefined, false]);
      expect(closed()).toBe(2);
    }
  });

  test('being read', async () => {
    const { media, reads, go, closed } = slow();
    const serving = media.serve(id, null);
    await go();
    await go();
    const reader = (await serving)?.body.getReader();
    const piece = reader?.read().then(() => 'shown', () => 'ended');
    await media.close();
    await go();
    expect(await piece).toBe('ended');
    expect(reads.at(-1)?.some((byte) => byte !== 0)).toBe(false);
    expect(closed()).toBe(1);
  });
});

describe('files in the hand of a window', () => {
  const held = () => {
    const disk = memoryFiles();
    disk.files.set('/home/ada/a.gif', gif());
    disk.files.set('/home/ada/empty', new Uint8Array(0));
    return { disk, files: new WindowFiles(disk.chosen) };
  };

  test('each has a token of its own, which opens it until it was used or everything is locked', async () => {
    const { files } = held();
    const [one, pasted] = await files.take([{ path: '/home/ada/a.gif' }, { name: '../../x\u202egnp.exe', bytes: Buffer.from('pasted') }]);
    expect(one).toMatchObject({ name: 'a.gif', size: gif().length, shown: 'image', cleanable: true });
    expect(pasted).toMatchObject({ name: 'xgnp.exe', size: 6, shown: 'file' });
    const source = await files.open(pasted?.token ?? '');
    const read = await source.read(0, 6);
    read.fill(0);
    expect(Buffer.from(await source.read(0, 6)).toString()).toBe('pasted');
    files.used(pasted?.token ?? '');
    await expect(files.open(pasted?.token ?? '')).rejects.toMatchObject({ code: 'path.unusable' });
    files.clear();
    await expect(files.open(one?.token ?? '')).rejects.toMatchObject({ code: 'path.unusable' });
  });

  test('of a HEIC whose parts cannot be followed it is said that nothing can be taken out of it', async () => {
    const { bytes } = heif();
    const [whole, part] = await held().files.take([bytes, bytes.subarray(0, 60)].map((one) => ({ name: 'a.heic', bytes: Uint8Array.from(one) })));
    expect([whole?.cleanable, part?.cleanable]).toEqual([true, false]);
  });

  test('A88: what was pasted is overwritten when everything is locked', async () => {
    const { files } = held();
    const bytes = new Uint8Array(Buffer.from('pasted'));
    const [pasted] = await files.take([{ name: 'a.txt', bytes }]);
    const source = await files.open(pasted?.token ?? '');
    files.clear();
    expect([...bytes]).toEqual([0, 0, 0, 0, 0, 0]);
    // Whoever sends it at the time hears so, and sends no zeros.
    await expect(source.read(0, 6)).rejects.toMatchObject({ code: 'path.unusable' });
  });

  test('what is still being read as everything is locked, or chosen in a dialog that outlives that, is let go of', async () => {
    const { files } = held();
    const handlers = withFiles(recordingHandlers({}).handlers, { held: files, media: setUp(gif()).media, choose: async () => (files.clear(), ['/home/ada/a.gif']) }, () => undefined);
    const taken = files.take([{ name: 'pasted', bytes: Buffer.from('pasted') }, { path: '/home/ada/a.gif' }]);
    files.clear();
    await expect(taken).rejects.toMatchObject({ code: 'path.unusable' });
    expect(await handlers.desktop.chooseFiles(undefined)).toEqual({ files: [], asked: 0 });
    expect(await files.take([{ path: '/home/ada/a.gif' }])).toHaveLength(1);
  });

  test('what is put in the place of a chosen file, or written into it, is not sent', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyshift-token-'));
    try {
      const [path, secret] = [join(folder, 'a.txt'), join(folder, 'secret')];
      for (const each of [path, secret]) writeFileSync(each, 'hello');
      const files = new WindowFiles(chosenFiles);
      const take = async (): Promise<string> => (await files.take([{ path }]))[0]?.token ?? '';
      const before = await take();
      const source = await files.open(before);
      expect(source.size).toBe(5);
      await source.close();
      rmSync(path);
      symlinkSync(secret, path);
      await expect(files.open(before)).rejects.toMatchObject({ code: 'file.changed' });
      const through = await take();
      appendFileSync(secret, ' more');
      await expect(files.open(through)).rejects.toMatchObject({ code: 'file.changed' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.each([[{ path: 'relative' }], [{ path: 7 }], [{ bytes: 'x', name: 'y' }], [{ bytes: new Uint8Array(0), name: 'y' }], ['/home/ada/a.gif'], [null]])('A: %j is nothing to take', async (item) => {
    expect(await held().files.take([item])).toEqual([]);
    expect(await held().files.take(item)).toEqual([]);
  });

  test('what cannot be sent is left out; if nothing is left, why is said', async () => {
    const { files } = held();
    expect(await files.take([{ path: '/home/ada/empty' }, { path: '/home/ada/a.gif' }])).toHaveLength(1);
    const media = new Media({ openFile: () => Promise.reject(new Error('none')), openChosen: (token) => files.open(token) });
    expect(await takeFiles({ held: files, choose: async () => [], media }, [{ path: '/home/ada/gone' }], () => undefined)).toMatchObject({ ok: false, error: { code: 'file.gone' } });
  });

  test('of more files than go along at once, chosen in a dialog, the first are taken and all are counted', async () => {
    const { files } = held();
    const media = new Media({ openFile: () => Promise.reject(new Error('none')), openChosen: (token) => files.open(token) });
    const own = withFiles(recordingHandlers().handlers, { held: files, choose: async () => Array.from({ length: 53 }, () => '/home/ada/a.gif'), media }, () => undefined);
    const answer = await own.desktop.chooseFiles(undefined);
    expect([answer.files.length, answer.asked]).toEqual([50, 53]);
  });

  test('a saved file is shown in its folder, by what the main process remembers; nothing else is', async () => {
    const { files } = held();
    const shown: string[] = [];
    const media = new Media({ openFile: () => Promise.reject(new Error('none')), openChosen: (token) => files.open(token) });
    const { handlers } = recordingHandlers();
    const own = withFiles(handlers, { held: files, choose: async () => ['/home/ada/a.gif'], media }, (path) => shown.push(path));
    expect(await own.desktop.chooseFiles(undefined)).toMatchObject({ files: [{ name: 'a.gif' }], asked: 1 });
    expect(() => own.desktop.showSaved({ transferId: id })).toThrow(KeyshiftError);
    const { path } = await own.files.save({ transferId: id });
    own.desktop.showSaved({ transferId: id });
    expect(shown).toEqual([path]);
    files.clear();
    expect(() => own.desktop.showSaved({ transferId: id })).toThrow(KeyshiftError);
  });
});
