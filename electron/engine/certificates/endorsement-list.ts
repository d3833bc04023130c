import { Reader } from '../wire/reader';
import { WireError } from '../wire/wire-error';
import { Writer } from '../wire/writer';

/** Endorsements one card carries: each a list of certificates (DER), leaf first, at most three. */
export type EndorsementList = readonly (readonly Uint8Array[])[];

export const maxEndorsements = 3;
/** Leaf and intermediates; roots are not sent. */
export const maxCertificatesInEndorsement = 3;
/** Of the whole list as it stands in a card. */
const maxEndorsementsBytes = 12 * 1024;

/** count u8 (1–3) ‖ count × (count u8 (1–3) ‖ count × certificate LP). Nothing at all for none. Throws `WireError` for what does not fit. */
export function encodeEndorsements(list: EndorsementList): Uint8Array {
  if (list.length === 0) return new Uint8Array(0);
  if (list.length > maxEndorsements) throw new WireError('too many endorsements');
  const writer = new Writer(2048).u8(list.length);
  for (const certificates of list) {
    assertCount(certificates.length);
    writer.u8(certificates.length);
    for (const der of certificates) writer.lp(der);
  }
  const bytes = writer.finish();
  if (bytes.length > maxEndorsementsBytes) throw new WireError('the endorsements are too long');
  return bytes;
}

/** Reads as far as the list goes. What the certificates hold is looked at where they are judged. Throws `WireError`. */
export function readEndorsements(reader: Reader): EndorsementList {
  const before = reader.offset;
  const count = reader.u8();
  if (count === 0 || count > maxEndorsements) throw new WireError('not a number of endorsements');
  const list = Array.from({ length: count }, () => {
    const certificates = reader.u8();
    assertCount(certificates);
    return Array.from({ length: certificates }, () => reader.lp(maxEndorsementsBytes).slice());
  });
  if (reader.offset - before > maxEndorsementsBytes) throw new WireError('the endorsements are too long');
  return list;
}

function assertCount(count: number): void {
  if (count === 0 || count > maxCertificatesInEndorsement) throw new WireError('not a number of certificates');
}
