import { containerMagic } from '../engine/key-files/container';
import { startsWith } from '../engine/key-files/open-key-file';
import { pemBegins } from '../engine/key-files/pem-file';
import type { FileKind } from './ports';

const pemHead = new TextEncoder().encode(pemBegins);

/** SEQUENCE of two length bytes, then INTEGER 3: how every PKCS #12 file of our size begins. */
function startsLikePkcs12(head: Uint8Array): boolean {
  return head[0] === 0x30 && head[1] === 0x82 && head[4] === 0x02 && head[5] === 0x01 && head[6] === 0x03;
}

/** What may be replaced when an identity key is written: a file of the same format, and nothing else. */
export const keyFileKinds: Readonly<Record<'pkcs12' | 'pem' | 'backup', FileKind>> = {
  pkcs12: { edgeBytes: 7, isKind: startsLikePkcs12 },
  pem: { edgeBytes: pemHead.length, isKind: (head) => startsWith(head, pemHead) },
  backup: { edgeBytes: containerMagic.length, isKind: (head) => startsWith(head, containerMagic) },
};
