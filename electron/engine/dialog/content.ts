import { maxTextBytes } from '../../../shared/model/message';
import type { DialogId, InstanceId } from '../ids';
import { dialogIdFromBytes, id16ToBytes, instanceIdFromBytes } from '../wire/ids';
import { Reader, WireError } from '../wire/reader';
import { Writer } from '../wire/writer';

/**
 * What one message says: content schema 1. `schema u8 | type u8 | fields`; a later schema or an unknown type is shown
 * as "unsupported" and keeps its place in the order. Layout in protocol.md §4.
 */
export type Content =
  /** `disappearAfter`: seconds it is to be seen, from 1. */
  | { readonly kind: 'text'; readonly text: string; readonly replyTo?: MessageRef; readonly disappearAfter?: number }
  /** `revision`, here and below: from 1, one above the highest its writer knew for the same thing, so that it is the same everywhere which of two is later. */
  | { readonly kind: 'edit'; readonly target: MessageRef; readonly revision: number; readonly text: string }
  | { readonly kind: 'delete'; readonly target: MessageRef }
  | { readonly kind: 'reaction'; readonly target: MessageRef; readonly revision: number; readonly emoji: string; readonly remove: boolean }
  | {
      readonly kind: 'file-offer';
      /** 16 bytes. */
      readonly transferId: Uint8Array;
      readonly name: string;
      /** In bytes. */
      readonly size: number;
      /** SHA-256 of the file, 32 bytes. */
      readonly hash: Uint8Array;
      /** Largest MIME type 127 bytes; a claim of the sender. */
      readonly mediaType: string;
      /** What its pieces are sealed with (§15), 32 bytes. */
      readonly key: Uint8Array;
      /** What was written with it; may be empty. */
      readonly text: string;
      readonly replyTo?: MessageRef;
      readonly disappearAfter?: number;
    }
  /** From here on messages are to disappear after so many seconds; 0 ends it. */
  | { readonly kind: 'timer'; readonly revision: number; readonly seconds: number }
  /** Without `revision` the first word of whoever opened the dialog; with one, from 1, a new title, one above the highest its writer knew. */
  | { readonly kind: 'title'; readonly title: string; readonly revision?: number }
  /** This dialog goes on where that failed one of the same two people stopped. Only as sequence 2 of the one who opened it. */
  | { readonly kind: 'continues'; readonly dialogId: DialogId }
  /** A message of a device that is no more, sent again by the one that took its place: shown once, whoever brings it. */
  | { readonly kind: 'again'; readonly original: MessageRef; readonly sentAt: number; readonly content: Content }
  | { readonly kind: 'unsupported'; readonly type: number };

/** One message of a dialog: the device that wrote it and its place in that device's stream. */
export interface MessageRef {
  readonly instanceId: InstanceId;
  readonly sequence: number;
}

const schema = 1;
/** 5 is nobody's: what was read is told with acknowledgements. */
const types = { text: 1, edit: 2, delete: 3, reaction: 4, 'file-offer': 6, timer: 7, title: 8, continues: 9, again: 10 } as const;

export const maxTitleBytes = 512;
export const maxEmojiBytes = 64;
const maxFileNameBytes = 1024;
const maxMediaTypeBytes = 127;
/** A year. */
const maxSeconds = 365 * 86_400;
const hasReply = 1;
const disappears = 2;

/** Errors: `WireError` when a text is longer than a reader accepts. `unsupported` cannot be sent. */
export function encodeContent(content: Content): Uint8Array {
  if (content.kind === 'unsupported') throw new WireError('content of an unknown kind cannot be sent');
  const writer = new Writer().u8(schema).u8(types[content.kind]);
  switch (content.kind) {
    case 'text':
      words(writer, content);
      break;
    case 'edit':
      text(ref(writer, content.target).u32(content.revision), content.text, maxTextBytes);
      break;
    case 'delete':
      ref(writer, content.target);
      break;
    case 'reaction':
      text(ref(writer, content.target).u32(content.revision), content.emoji, maxEmojiBytes).u8(content.remove ? 1 : 0);
      break;
    case 'file-offer':
      exact(writer, content.transferId, 16);
      text(writer, content.name, maxFileNameBytes).u64(content.size);
      text(exact(writer, content.hash, 32), content.mediaType, maxMediaTypeBytes);
      words(exact(writer, content.key, 32), content);
      break;
    case 'timer':
      writer.u32(content.revision).u32(content.seconds);
      break;
    case 'title':
      text(writer, content.title, maxTitleBytes);
      if (content.revision !== undefined) writer.u32(content.revision);
      break;
    case 'continues':
      writer.fixed(id16ToBytes(content.dialogId));
      break;
    case 'again':
      return encodeAgain(content.original, content.sentAt, encodeContent(content.content));
  }
  return writer.finish();
}

/**
 * Undefined for bytes that are no content of a known type; a known schema with an unknown type, or a later schema, is
 * `unsupported`. Never throws.
 */
export function parseContent(bytes: Uint8Array): Content | undefined {
  try {
    const reader = new Reader(bytes);
    const version = reader.u8();
    const type = reader.u8();
    if (version === 0) return undefined;
    if (version !== schema) return { kind: 'unsupported', type };
    const content = parseFields(reader, type);
    if (content.kind !== 'unsupported') reader.end();
    return content;
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

/** Content as it stands in an outbox, to be sent again by another device. What was sent again before keeps its first place. */
export function encodeAgain(original: MessageRef, sentAt: number, content: Uint8Array): Uint8Array {
  if (isAgain(content)) return content;
  return ref(new Writer().u8(schema).u8(types.again), original).u64(sentAt).fixed(content).finish();
}

function isAgain(content: Uint8Array): boolean {
  return content[0] === schema && content[1] === types.again;
}

/** What a text says, and what is written with a file. */
interface Words {
  readonly text: string;
  readonly replyTo?: MessageRef;
  readonly disappearAfter?: number;
}

function words(writer: Writer, said: Words): void {
  text(writer, said.text, maxTextBytes).u8((said.replyTo ? hasReply : 0) | (said.disappearAfter === undefined ? 0 : disappears));
  if (said.replyTo) ref(writer, said.replyTo);
  if (said.disappearAfter !== undefined) writer.u32(said.disappearAfter);
}

function parseWords(reader: Reader): Words {
  const body = reader.text(maxTextBytes);
  const bits = reader.u8();
  if (bits > (hasReply | disappears)) throw new WireError('unknown bits');
  const replyTo = (bits & hasReply) === 0 ? {} : { replyTo: parseRef(reader) };
  return { text: body, ...replyTo, ...((bits & disappears) !== 0 && { disappearAfter: seconds(reader, 1) }) };
}

function parseFields(reader: Reader, type: number): Content {
  switch (type) {
    case types.text:
      return { kind: 'text', ...parseWords(reader) };
    case types.edit:
      return { kind: 'edit', target: parseRef(reader), revision: revision(reader), text: reader.text(maxTextBytes) };
    case types.delete:
      return { kind: 'delete', target: parseRef(reader) };
    case types.reaction:
      return { kind: 'reaction', target: parseRef(reader), revision: revision(reader), emoji: reader.text(maxEmojiBytes), remove: flag(reader) };
    case types['file-offer']:
      return {
        kind: 'file-offer',
        transferId: reader.fixed(16).slice(),
        name: reader.text(maxFileNameBytes),
        size: reader.u64(),
        hash: reader.fixed(32).slice(),
        mediaType: reader.text(maxMediaTypeBytes),
        key: reader.fixed(32).slice(),
        ...parseWords(reader),
      };
    case types.timer:
      return { kind: 'timer', revision: revision(reader), seconds: seconds(reader, 0) };
    case types.title:
      return parseTitle(reader);
    case types.continues:
      return { kind: 'continues', dialogId: dialogIdFromBytes(reader.fixed(16)) };
    case types.again: {
      const original = parseRef(reader);
      const sentAt = reader.u64();
      const inner = reader.fixed(reader.remaining);
      const content = isAgain(inner) ? undefined : parseContent(inner);
      if (!content) throw new WireError('nothing that can be sent again');
      return { kind: 'again', original, sentAt, content };
    }
    default:
      return { kind: 'unsupported', type };
  }
}

function parseTitle(reader: Reader): Content {
  const title = reader.text(maxTitleBytes);
  if (reader.remaining === 0) return { kind: 'title', title };
  const revision = reader.u32();
  if (revision === 0) throw new WireError('revisions count from 1');
  return { kind: 'title', title, revision };
}

function text(writer: Writer, value: string, maxBytes: number): Writer {
  if (value.length * 3 > maxBytes && new TextEncoder().encode(value).length > maxBytes) throw new WireError('a text is too long');
  return writer.text(value);
}

function exact(writer: Writer, bytes: Uint8Array, length: number): Writer {
  if (bytes.length !== length) throw new WireError('a field has the wrong length');
  return writer.fixed(bytes);
}

function ref(writer: Writer, target: MessageRef): Writer {
  return writer.fixed(id16ToBytes(target.instanceId)).u64(target.sequence);
}

function parseRef(reader: Reader): MessageRef {
  const instanceId = instanceIdFromBytes(reader.fixed(16));
  const sequence = reader.u64();
  if (sequence === 0) throw new WireError('sequences count from 1');
  return { instanceId, sequence };
}

function flag(reader: Reader): boolean {
  const value = reader.u8();
  if (value > 1) throw new WireError('a flag is 0 or 1');
  return value === 1;
}

function seconds(reader: Reader, least: number): number {
  const value = reader.u32();
  if (value < least || value > maxSeconds) throw new WireError('a time beyond its cap');
  return value;
}

function revision(reader: Reader): number {
  const value = reader.u32();
  if (value === 0) throw new WireError('revisions count from 1');
  return value;
}
