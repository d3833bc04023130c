import { chunkCount, fileKeyBytes, transferIdBytes } from '../../../engine/files/chunk';
import { fromHex, toHex } from '../../../engine/wire/encoding';
import { Reader } from '../../../engine/wire/reader';
import { WireError } from '../../../engine/wire/wire-error';
import { Writer } from '../../../engine/wire/writer';
import { safeName } from '../../files/safe-name';
import { mediaTypeFrom } from '../../files/shown-as';
import type { MessageRow, Stores } from '../../ports';
import type { TransferRow } from '../../ports/transfers';
import type { FactKind } from '../replica';
import { ofErased } from './gone-places';
import type { KindParts } from './kind-parts';
import { messageKey, parseMessageKey, readTime, readWord } from './values';

/** By place on the wire. That one who got it has it is that device's own matter. */
const endings = ['open', 'done', 'cancelled'] as const;
const longestName = 1_024;
const longestType = 127;
const nothing = new Uint8Array(0);
/** Read at once, as others write meanwhile. */
const pageSize = 200;

type Told = Pick<TransferRow, 'transferId' | 'key' | 'size' | 'hash' | 'name' | 'mediaType' | 'addedAt'> & { readonly ended: (typeof endings)[number] };

/** The file that a message brings, with the key to it: each own device can fetch it from whoever has it. */
export function fileKind(parts: KindParts): FactKind {
  const { stores, profile } = parts;
  return {
    kind: 'file',
    rank: 55,
    apply({ key, value }) {
      const place = parseMessageKey(key);
      const told = parse(value);
      const conversation = stores.conversations.byDialog(place.peerId, place.dialogId);
      const message = conversation && stores.messages.bySequence(conversation.conversationId, place.instanceId, place.sequence);
      if (message === undefined) return ofErased(parts, { key }, () => false);
      const here = stores.transfers.byId(told.transferId);
      if (here === undefined) {
        const { ended, ...rest } = told;
        const { messageId, conversationId, direction } = message;
        if (message.kind !== 'file') return true; // taken back meanwhile
        profile.files.told({
          ...rest, messageId, conversationId, peerId: place.peerId, direction, shown: 'file', have: 0, given: ended === 'done' ? chunkCount(rest.size) : 0,
          wanted: false, paused: false, settled: true, ...(ended !== 'open' && { ended }),
        });
        profile.talk.changes.named(conversationId);
      } else if (here.messageId === message.messageId && told.ended !== 'open') profile.files.toldEnd(here, told.ended);
      return true;
    },
    forgets: (fact) => ofErased(parts, fact, ({ kind }) => kind === 'deleted'),
    read(key) {
      const { row } = fileOfKey(stores, key);
      return row && encode(row);
    },
    *all() {
      for (const row of pagesOfFiles(stores)) {
        const key = keyOfFile(stores, row);
        if (key !== undefined) yield { key, value: nothing };
      }
    },
  };
}

/** The message that a fact of this key is about, and the file it brings, as far as they are here. Throws `WireError` for another form of key. */
export function fileOfKey({ messages, conversations, transfers }: Pick<Stores, 'messages' | 'conversations' | 'transfers'>, key: string): { readonly message: MessageRow | undefined; readonly row: TransferRow | undefined } {
  const { peerId, dialogId, instanceId, sequence } = parseMessageKey(key);
  const conversation = conversations.byDialog(peerId, dialogId);
  const message = conversation && messages.bySequence(conversation.conversationId, instanceId, sequence);
  return { message, row: message?.transferId === undefined ? undefined : transfers.byId(message.transferId) };
}

/** Every file there is, newest first. */
export function* pagesOfFiles({ transfers }: Pick<Stores, 'transfers'>): Generator<TransferRow> {
  for (let page = transfers.page(undefined, undefined, pageSize); page.length > 0; page = transfers.page(undefined, page.at(-1), pageSize)) yield* page;
}

/** Undefined: its message is gone. */
export function keyOfFile({ messages, conversations }: Pick<Stores, 'messages' | 'conversations'>, { messageId, conversationId }: TransferRow): string | undefined {
  const message = messages.byId(messageId);
  const conversation = conversations.byId(conversationId);
  return message && conversation && messageKey({ ...conversation, instanceId: message.instanceId }, message.sequence);
}

function encode(row: TransferRow): Uint8Array {
  const ended = row.ended === 'cancelled' ? 'cancelled' : row.ended === 'done' && row.direction === 'out' ? 'done' : 'open';
  return new Writer().fixed(fromHex(row.transferId)).fixed(row.key).u64(row.size).fixed(row.hash).text(row.name).text(row.mediaType).u64(row.addedAt).u8(endings.indexOf(ended)).finish();
}

function parse(value: Uint8Array): Told {
  const reader = new Reader(value);
  const told: Told = {
    transferId: toHex(reader.fixed(transferIdBytes)),
    key: reader.fixed(fileKeyBytes).slice(),
    size: reader.u64(),
    hash: reader.fixed(32).slice(),
    name: safeName(reader.text(longestName)),
    mediaType: mediaTypeFrom(reader.text(longestType)),
    addedAt: readTime(reader),
    ended: readWord(reader, endings),
  };
  reader.end();
  if (told.size < 1) throw new WireError('a file has a content');
  return told;
}
