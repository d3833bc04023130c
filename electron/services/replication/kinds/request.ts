import { maxCardBytes } from '../../../engine/certificates/card';
import { Reader } from '../../../engine/wire/reader';
import { Writer } from '../../../engine/wire/writer';
import { newHandle } from '../../local-handle';
import type { RequestRow } from '../../ports';
import type { FactKind } from '../replica';
import type { KindParts } from './kind-parts';
import { parsePeerKey, readFlag, readTime, readWord } from './values';

const ways = ['card', 'key', 'lan'] as const satisfies readonly RequestRow['via'][];

/** `undefined`: answered, and no more. */
export function encodeRequest(row: RequestRow | undefined): Uint8Array {
  if (row === undefined) return new Writer(1).u8(0).finish();
  return new Writer(8 * 1024).u8(1).text(row.name).u8(ways.indexOf(row.via)).lp(row.card).u64(row.receivedAt).u8(row.declined ? 1 : 0).finish();
}

/** Strangers who ask to be contacts: any device may answer, and who was declined by one is not asked about by another. */
export function requestKind({ stores, random, events }: KindParts): FactKind {
  const { requests, contacts } = stores;
  return {
    kind: 'request',
    rank: 73,
    apply({ key, value }) {
      const peerId = parsePeerKey(key);
      const reader = new Reader(value);
      const before = requests.byPeer(peerId);
      if (!readFlag(reader)) {
        if (before) requests.remove(before.requestId);
        return true;
      }
      const [name, via, card, receivedAt, declined] = [reader.text(1_000), readWord(reader, ways), reader.lp(maxCardBytes).slice(), readTime(reader), readFlag(reader)];
      if (contacts.byPeer(peerId)?.relation === 'mutual') return true;
      const requestId = before?.requestId ?? newHandle(random);
      requests.put({ requestId, peerId, name, via, card, receivedAt, declined });
      if (!declined && before === undefined) events.emit({ type: 'contact.request', requestId, peerId, name, via });
      return true;
    },
    *all() {
      for (const row of requests.list()) yield { key: row.peerId, value: encodeRequest(row) };
    },
  };
}
