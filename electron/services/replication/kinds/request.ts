import { maxCardBytes } from '../../../engine/certificates/card';
import { Writer } from '../../../engine/wire/writer';
import { newHandle } from '../../local-handle';
import type { RequestRow } from '../../ports';
import type { FactKind } from '../replica';
import type { KindParts } from './kind-parts';
import { parsePeerKey, readFlag, readTime, readWhole, readWord } from './values';

const ways = ['card', 'key', 'lan'] as const satisfies readonly RequestRow['via'][];

/** `undefined`: answered, and no more. */
export function encodeRequest(row: RequestRow | undefined): Uint8Array {
  if (row === undefined) return new Writer(1).u8(0).finish();
  return new Writer(8 * 1024).u8(1).text(row.name).u8(ways.indexOf(row.via)).lp(row.card).u64(row.receivedAt).u8(row.declined ? 1 : 0).finish();
}

function parse(value: Uint8Array): Pick<RequestRow, 'name' | 'via' | 'card' | 'receivedAt' | 'declined'> | undefined {
  return readWhole(value, (reader) =>
    readFlag(reader) ? { name: reader.text(1_000), via: readWord(reader, ways), card: reader.lp(maxCardBytes).slice(), receivedAt: readTime(reader), declined: readFlag(reader) } : undefined,
  );
}

/** Strangers who ask to be contacts: any device may answer, and who was declined by one is not asked about by another. */
export function requestKind({ stores, random, events, profile }: KindParts): FactKind {
  const { requests, contacts } = stores;
  return {
    kind: 'request',
    rank: 73,
    apply({ key, value }) {
      const peerId = parsePeerKey(key);
      const told = parse(value);
      const before = requests.byPeer(peerId);
      if (before?.declined === false && told?.declined !== false) events.emit({ type: 'contact.requestOver', requestId: before.requestId });
      if (told === undefined) {
        if (before) requests.remove(before.requestId);
        return true;
      }
      const { name, via, card, receivedAt, declined } = told;
      if (contacts.byPeer(peerId)?.relation === 'mutual') return true;
      const requestId = before?.requestId ?? newHandle(random);
      requests.put({ requestId, peerId, name, via, card, receivedAt, declined });
      // What came along with it is erased on each device.
      if (declined && before?.declined === false) profile.quarantine.drop(peerId);
      if (!declined && before === undefined) events.emit({ type: 'contact.request', requestId, peerId, name, via });
      return true;
    },
    *all() {
      for (const row of requests.list()) yield { key: row.peerId, value: encodeRequest(row) };
    },
  };
}
