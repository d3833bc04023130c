import { readFileSync } from 'node:fs';
import { parseIdentityCertificate } from '../../electron/engine/certificates/identity-certificate';
import { parseExchangeCredential } from '../../electron/engine/certificates/credential';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import { parseEnvelopeFile } from '../../electron/engine/dialog/envelope-file';
import type { LocalRecord, PeerRecord } from '../../electron/engine/ports';
import { take } from './deposit-kit';
import { Device } from './dialog-kit';
import { personOf } from './two-devices';

/** What is handed to a device that never saw a message: its own keys with the person's exchange keys, and one contact. */
export interface Handed {
  readonly record: LocalRecord;
  readonly contact: Pick<PeerRecord, 'peerId' | 'pinnedSpkiHash' | 'identityCertificate' | 'exchanges'>;
}

export function encodeHanded(handed: Handed): string {
  return JSON.stringify(handed, (_name, value: unknown) => (value instanceof Uint8Array ? { hex: Buffer.from(value).toString('hex') } : value));
}

function decodeHanded(text: string): Handed {
  return JSON.parse(text, (_name, value: { hex?: string } | null) => (typeof value?.hex === 'string' ? new Uint8Array(Buffer.from(value.hex, 'hex')) : value)) as Handed; // written by `encodeHanded`
}

/** `node open-envelopes.cjs HANDED FILE…`: opens the files with nothing else, in the order given and each from its end; says what came of it. */
async function main([handedAt = '', ...files]: readonly string[]): Promise<void> {
  const crypto = await createCrypto({ random: kernelRandom });
  const { record, contact } = decodeHanded(readFileSync(handedAt, 'utf8'));
  const now = Date.now();
  const device = new Device(crypto, personOf(crypto, record, now), { limits: { cacheEntries: 0 } });
  device.clock.time = now;
  const [exchange] = contact.exchanges;
  if (exchange === undefined) throw new Error('a contact without an exchange credential');
  device.peers.set(contact.peerId, {
    peerId: contact.peerId,
    identity: parseIdentityCertificate(crypto, contact.identityCertificate),
    exchange: parseExchangeCredential(crypto, exchange),
    blocked: false,
    mayMessage: true,
    mayOpen: true,
  });
  const outcomes = files.flatMap((file) => take(device, [...parseEnvelopeFile(crypto, readFileSync(file))].reverse()));
  process.stdout.write(JSON.stringify({ outcomes, texts: device.sink.texts() }));
}

// Imported for its types by the test that starts it; run only as a program.
if (process.argv[1]?.endsWith('program.cjs')) void main(process.argv.slice(2));
