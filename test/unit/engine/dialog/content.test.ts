import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Content, encodeContent, parseContent } from '../../../../electron/engine/dialog/content';
import { parseControl } from '../../../../electron/engine/dialog/control';
import { maxMessageBytes, spanOfMessage } from '../../../../electron/engine/dialog/message-layout';
import { dialogIdFromBytes, instanceIdFromBytes } from '../../../../electron/engine/wire/ids';

const ref = { instanceId: instanceIdFromBytes(new Uint8Array(16).fill(7)), sequence: 2 ** 40 };
const offer = { kind: 'file-offer', transferId: new Uint8Array(16).fill(1), name: 'a', size: 1, hash: new Uint8Array(32).fill(2), mediaType: 'b', key: new Uint8Array(32).fill(3), text: 'c' } as const;
const contents: readonly Content[] = [
  { kind: 'text', text: 'Grüße 👋 <b>שלום</b>' },
  { kind: 'text', text: '', replyTo: ref },
  { kind: 'edit', target: ref, revision: 3, text: 'better' },
  { kind: 'delete', target: ref },
  { kind: 'reaction', target: ref, revision: 2, emoji: '👍🏽', remove: true },
  { kind: 'text', text: 'soon gone', replyTo: ref, disappearAfter: 60 },
  { kind: 'text', text: 'soon gone', disappearAfter: 365 * 86_400 },
  { kind: 'file-offer', transferId: new Uint8Array(16).fill(1), name: 'a.pdf', size: 2 ** 40, hash: new Uint8Array(32).fill(2), mediaType: 'application/pdf', key: new Uint8Array(32).fill(3), text: '' },
  { kind: 'file-offer', transferId: new Uint8Array(16).fill(1), name: 'b.png', size: 1, hash: new Uint8Array(32).fill(2), mediaType: 'image/png', key: new Uint8Array(32).fill(3), text: 'Look', replyTo: ref, disappearAfter: 60 },
  { kind: 'timer', revision: 1, seconds: 86_400 },
  { kind: 'title', title: 'Holiday' },
  { kind: 'continues', dialogId: dialogIdFromBytes(new Uint8Array(16).fill(3)) },
];

describe('content, schema 1', () => {
  it.each(contents.map((content) => [content.kind, content] as const))('%s is read as it was written, and never cut or hung on', (_kind, content) => {
    const bytes = encodeContent(content);
    expect(parseContent(bytes)).toEqual(content);
    for (let length = 0; length < bytes.length; length += 1) expect(parseContent(bytes.subarray(0, length))).toBeUndefined();
    expect(parseContent(Buffer.concat([bytes, Buffer.alloc(1)]))).toBeUndefined();
  });

  it('an unknown type and a later schema are unsupported, not an error', () => {
    expect(parseContent(Uint8Array.of(1, 200, 1, 2, 3))).toEqual({ kind: 'unsupported', type: 200 });
    expect(parseContent(Uint8Array.of(2, 1, 9))).toEqual({ kind: 'unsupported', type: 1 });
    expect(parseContent(Uint8Array.of(0, 1))).toBeUndefined();
    expect(() => encodeContent({ kind: 'unsupported', type: 3 })).toThrow();
  });

  it('A09: what is longer than a reader accepts is not written', () => {
    expect(() => encodeContent({ kind: 'text', text: 'x'.repeat(40 * 1024 + 1) })).toThrow();
    expect(() => encodeContent({ kind: 'text', text: '€'.repeat(14 * 1024) })).toThrow();
    expect(() => encodeContent({ kind: 'title', title: 'x'.repeat(513) })).toThrow();
    expect(() => encodeContent({ kind: 'reaction', target: ref, revision: 1, emoji: 'x'.repeat(65), remove: false })).toThrow();
    expect(() => encodeContent({ kind: 'text', text: 'half \ud83d' })).toThrow();
    expect(parseContent(encodeContent({ kind: 'text', text: 'x'.repeat(40 * 1024) }))).toMatchObject({ kind: 'text' });
  });

  it.each([
    ['a text', 40 * 1024, (text: string): Content => ({ kind: 'text', text })],
    ['an edited text', 40 * 1024, (text: string): Content => ({ kind: 'edit', target: ref, revision: 1, text })],
    ['the words with a file', 40 * 1024, (text: string): Content => ({ ...offer, text })],
    ['the name of a file', 1024, (name: string): Content => ({ ...offer, name })],
    ['the type of a file', 127, (mediaType: string): Content => ({ ...offer, mediaType })],
    ['an emoji', 64, (emoji: string): Content => ({ kind: 'reaction', target: ref, revision: 1, emoji, remove: false })],
    ['a title', 512, (title: string): Content => ({ kind: 'title', title })],
  ])('A09: %s of %i bytes is read, and of one more, written by somebody else, is nothing', (_what, most, make) => {
    const value = 'y'.repeat(most);
    const bytes = Buffer.from(encodeContent(make(value)));
    expect(parseContent(new Uint8Array(bytes))).toEqual(make(value));
    const at = bytes.indexOf(value);
    const longer = Buffer.concat([bytes.subarray(0, at), Buffer.from('y'), bytes.subarray(at)]);
    expect(longer.readUInt32BE(at - 4)).toBe(most);
    longer.writeUInt32BE(most + 1, at - 4);
    expect(parseContent(longer)).toBeUndefined();
  });

  it('S1-34: arbitrary bytes are never thrown on', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        parseContent(bytes);
        parseContent(Buffer.concat([Buffer.of(1), bytes]));
        parseControl(bytes);
        spanOfMessage(Buffer.concat([Buffer.of(2, 0), Buffer.alloc(40), Buffer.of(0, 0), bytes]));
      }),
      { numRuns: 2_000 },
    );
  });

  it('A01: a message over the cap is not looked at', () => {
    expect(spanOfMessage(Buffer.alloc(maxMessageBytes + 1))).toBeUndefined();
    // Four length fields of 4 GiB: refused by their caps, nothing is allocated.
    expect(spanOfMessage(Buffer.concat([Buffer.of(2, 0), Buffer.alloc(42), Buffer.alloc(2000, 0xff)]))).toBeUndefined();
  });
});
