import { describe, expect, it } from 'vitest';
import { type Content, encodeContent, parseContent } from '../../../../electron/engine/dialog/content';
import { type Control, encodeControl, parseControl } from '../../../../electron/engine/dialog/control';
import { encodeStanding, parseStanding } from '../../../../electron/engine/dialog/standing';
import { itemTypes, packItems, parseItems } from '../../../../electron/engine/session/items';
import { WireError } from '../../../../electron/engine/wire/wire-error';
import { contentVectors, unfolded } from '../../../second/content-vectors.mjs';
import vectors from '../../../vectors/contents.json';

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytesOf = (text: string): Uint8Array => Uint8Array.from(unfolded(text));
const refOf = ({ instanceId, sequence }: { instanceId: string; sequence: number }) => ({ instance: instanceId, sequence });

/** What a content says, as the vectors have it. */
function saidBy(content: Content): Record<string, unknown> {
  const words = 'text' in content && content.kind !== 'edit' ? { text: content.text, ...(content.replyTo && { replyTo: refOf(content.replyTo) }), ...(content.disappearAfter !== undefined && { seconds: content.disappearAfter }) } : {};
  switch (content.kind) {
    case 'text':
      return { type: 'text', ...words };
    case 'edit':
      return { type: 'edit', ref: refOf(content.target), revision: content.revision, text: content.text };
    case 'delete':
      return { type: 'delete', ref: refOf(content.target) };
    case 'reaction':
      return { type: 'reaction', ref: refOf(content.target), revision: content.revision, emoji: content.emoji, remove: content.remove };
    case 'file-offer':
      return { type: 'file', transfer: hexOf(content.transferId), name: content.name, size: content.size, hash: hexOf(content.hash), mediaType: content.mediaType, key: hexOf(content.key), ...words };
    case 'timer':
      return { type: 'timer', revision: content.revision, seconds: content.seconds };
    case 'title':
      return { type: 'title', title: content.title, ...(content.revision !== undefined && { revision: content.revision }) };
    case 'continues':
      return { type: 'continues', dialogId: content.dialogId };
    case 'again':
      return { type: 'again', ref: refOf(content.original), time: content.sentAt, content: saidBy(content.content) };
    case 'unsupported':
      return { type: 'unsupported' };
  }
}

function saidByControl(control: Control): Record<string, unknown> {
  switch (control.kind) {
    case 'acknowledgement':
      return {
        type: 'acknowledgement', stream: control.stream, receiver: control.receiving, cumulative: control.cumulative, bitmap: hexOf(control.bitmap), digest: hexOf(control.digest), kekFloor: control.kekFloor, listVersion: control.listVersion,
        startToken: hexOf(control.startToken), heardToken: hexOf(control.heardToken), ...(control.readUpTo !== undefined && { read: control.readUpTo }),
      };
    case 'failed':
      return { type: 'failed', reason: control.reason };
    case 'closed':
      return { type: 'closed' };
    case 'gap':
      return { type: 'gap', stream: control.stream, from: control.from, to: control.to, ...(control.digests && { before: hexOf(control.digests.before), after: hexOf(control.digests.after) }) };
    case 'floors':
      return { type: 'floors', floors: control.floors.map(({ creator, floor }) => ({ instance: creator, floor })) };
    case 'unknown':
      return { type: 'unsupported' };
  }
}

const isUnsupported = (content: Content): boolean => content.kind === 'unsupported' || (content.kind === 'again' && content.content.kind === 'unsupported');

describe('the vectors of contents, control messages, standings and items', () => {
  it('S1-21: a second hand writes exactly what is written down', () => {
    expect(contentVectors()).toEqual(vectors);
  });

  it('S1-21: each content says what is written down, and is written the same; what is none, or of a later version, is shown as unsupported', () => {
    for (const { name, said, bytes } of vectors.contents.good) {
      const content = parseContent(bytesOf(bytes));
      if (content === undefined) throw new Error(`no content: ${name}`);
      // What a later version says is passed on as it came, and written anew by nobody.
      if (!isUnsupported(content)) expect([name, hexOf(encodeContent(content))]).toEqual([name, hexOf(bytesOf(bytes))]);
      if (said) expect([name, saidBy(content)]).toMatchObject([name, isUnsupported(content) ? { type: 'again' } : said]);
    }
    for (const { name, bytes } of vectors.contents.later) expect([name, parseContent(bytesOf(bytes))?.kind]).toEqual([name, 'unsupported']);
    for (const { name, bytes } of vectors.contents.bad) expect([name, parseContent(bytesOf(bytes))]).toEqual([name, undefined]);
  });

  it('S1-27 A24: each control message says what is written down, and is written the same; what is none is ignored', () => {
    for (const { name, said, bytes } of vectors.controls.good) {
      const control = parseControl(bytesOf(bytes));
      if (control === undefined || control.kind === 'unknown') throw new Error(`no control: ${name}`);
      expect([name, hexOf(encodeControl(control))]).toEqual([name, hexOf(bytesOf(bytes))]);
      if (said) expect([name, saidByControl(control)]).toEqual([name, { ...said, ...(said.bitmap !== undefined && { bitmap: hexOf(bytesOf(said.bitmap)) }), ...(said.heardToken !== undefined && { heardToken: hexOf(bytesOf(said.heardToken)) }) }]);
    }
    for (const { name, bytes } of vectors.controls.bad) expect([name, ['unknown', undefined].includes(parseControl(bytesOf(bytes))?.kind)]).toEqual([name, true]);
  });

  it('S1-47: a standing is written the same, and what is none is none', () => {
    for (const { name, bytes } of vectors.standings.good) {
      const standing = parseStanding(bytesOf(bytes));
      if (standing === undefined) throw new Error(`no standing: ${name}`);
      expect([name, hexOf(encodeStanding(standing))]).toEqual([name, hexOf(bytesOf(bytes))]);
    }
    for (const { name, bytes } of vectors.standings.bad) expect([name, parseStanding(bytesOf(bytes))]).toEqual([name, undefined]);
  });

  it('S3-08: items of a record are read as they are written, later types passed over, and another layout refused', () => {
    const kinds = Object.fromEntries(Object.entries(itemTypes).map(([kind, type]) => [type, kind]));
    for (const { name, said, bytes } of vectors.items.good) {
      const items = parseItems(bytesOf(bytes));
      expect([name, items.map(({ kind }) => kind)]).toEqual([name, (said?.items ?? []).map(({ type }) => kinds[type] ?? 'unknown')]);
      if (items.every(({ kind }) => kind !== 'unknown')) expect([name, packItems(items).map(hexOf)]).toEqual([name, [hexOf(bytesOf(bytes))]]);
    }
    for (const { name, bytes } of vectors.items.bad) expect(() => parseItems(bytesOf(bytes)), name).toThrow(WireError);
  });
});
