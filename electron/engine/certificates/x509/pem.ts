import { KeyshiftError } from '../../../../shared/errors';
import { holdsPrivateKey } from '../../../../shared/private-key';
import { fromBase64, toBase64 } from '../../wire/encoding';

export type PemLabel = 'CERTIFICATE' | 'CERTIFICATE REQUEST' | 'X509 CRL';

/**
 * All blocks of one kind in a text; what stands between them is passed over, as openssl writes explanations there. Throws
 * `key.private` when a private key is among them, `key.garbled` for none, more than `most`, a longer text than `most` blocks of `cap`
 * bytes can need, or one that cannot be read.
 */
export function readPem(text: string, label: PemLabel, { cap, most }: { readonly cap: number; readonly most: number }): readonly Uint8Array[] {
  if (holdsPrivateKey(text)) {
    throw new KeyshiftError('key.private', 'This file holds a private key. Never send it to anybody; ask for the public one.');
  }
  // Twice what base64 needs: openssl's explanations are longer than the block itself.
  if (text.length > 4 * cap * most + 64 * 1024) throw garbled();
  const begin = `-----BEGIN ${label}-----`;
  const end = `-----END ${label}-----`;
  const blocks: Uint8Array[] = [];
  for (let from = text.indexOf(begin); from >= 0; from = text.indexOf(begin, from)) {
    const to = text.indexOf(end, from);
    if (to < 0 || blocks.length === most) throw garbled();
    blocks.push(decode(text.slice(from + begin.length, to)));
    from = to + end.length;
  }
  if (blocks.length === 0) throw garbled();
  return blocks;
}

/** With a newline at the end. */
export function writePem(label: PemLabel, der: Uint8Array): string {
  const lines = toBase64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function decode(text: string): Uint8Array {
  try {
    return fromBase64(text.replace(/\s/g, ''));
  } catch {
    throw garbled();
  }
}

function garbled(): KeyshiftError {
  return new KeyshiftError('key.garbled', 'This text holds not what is looked for, or only a part of it.');
}
