import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { fromBase32, toBase32 } from '../../engine/wire/encoding';

/** Ed25519 in PKCS #8 (RFC 8410): the 32 bytes of the seed follow. */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');
/** The same for the 32 bytes of a public key. */
const spki = Buffer.from('302a300506032b6570032100', 'hex');
/** "User" in the first letter of the text. */
const userPrefix = 20 << 3;
/** Never in UTF-8. */
const notText = 0xff;

/**
 * The key a device shows to a mailbox. The engine's signatures carry a purpose that the server knows nothing of, so this key
 * stands alone and signs nothing but the server's challenge, which is text, and statements that are none (protocol.md §11.1).
 */
export class DeviceKey {
  readonly #private: KeyObject;
  /** 56 characters: base32 of prefix, public key and checksum, as NATS writes it. */
  readonly text: string;

  /** `seed`: 32 bytes. */
  constructor(seed: Uint8Array) {
    const encoded = Buffer.concat([pkcs8, seed]);
    this.#private = createPrivateKey({ key: encoded, format: 'der', type: 'pkcs8' });
    encoded.fill(0);
    const publicKey = createPublicKey(this.#private).export({ format: 'der', type: 'spki' }).subarray(-32);
    const body = Uint8Array.of(userPrefix, ...publicKey);
    const check = crc16(body);
    this.text = toBase32(Uint8Array.of(...body, check & 0xff, check >> 8)).toUpperCase();
  }

  /** Answer to a server's challenge, base64url. */
  answer(nonce: string): string {
    return sign(null, Buffer.from(nonce), this.#private).toString('base64url');
  }

  /** 64 bytes. `statement` begins with 0xff, as no text does: a server cannot ask for it. */
  prove(statement: Uint8Array): Uint8Array {
    if (statement[0] !== notText) throw new RangeError('a server could ask for this');
    return new Uint8Array(sign(null, statement, this.#private));
  }
}

/** Whether the device with this key made it. */
export function isProof(deviceKey: string, statement: Uint8Array, proof: Uint8Array): boolean {
  if (statement[0] !== notText || !/^U[A-Z2-7]{55}$/.test(deviceKey) || proof.length !== 64) return false;
  try {
    const decoded = fromBase32(deviceKey.toLowerCase());
    const [body, check] = [decoded.subarray(0, 33), decoded.subarray(33)];
    const crc = crc16(body);
    if (body[0] !== userPrefix || check.length !== 2 || check[0] !== (crc & 0xff) || check[1] !== crc >> 8) return false;
    const key = createPublicKey({ key: Buffer.concat([spki, body.subarray(1)]), format: 'der', type: 'spki' });
    return verify(null, statement, key, proof);
  } catch {
    return false;
  }
}

/** CRC-16/XMODEM. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000) === 0 ? (crc << 1) & 0xffff : ((crc << 1) ^ 0x1021) & 0xffff;
  }
  return crc;
}
