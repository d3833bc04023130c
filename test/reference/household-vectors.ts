import { X509Certificate } from 'node:crypto';
import sodium from 'libsodium-wrappers';
import { openSigned, sealSigned, signerInChain } from './deposit-twin';
import { label, lp, sha256 } from './dialog-twin';
import { number } from './facts-twin';
import { endorsementOf, rootOf } from './organisation-twin';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const counting = (start: number, length: number): Buffer => Buffer.from(Array.from({ length }, (_, at) => (start + at) & 0xff));
const flipped = (bytes: Buffer, at: number): Buffer => Buffer.concat([bytes.subarray(0, at), Buffer.of((bytes[at] ?? 0) ^ 1), bytes.subarray(at + 1)]);
const bad = (name: string, bytes: Uint8Array) => ({ name, bytes: hex(bytes) });

/** Who says something: a person with a chain, and the seed of the device in it. */
export interface Sender {
  readonly chain: string;
  readonly peerId: string;
  readonly signingSeed: string;
  readonly now: number;
}

/**
 * The values of test/vectors/household.json, laid out by twins alone: one device stops another, the identity key moves (protocol.md §10.2), an organisation vouches for a key (§2).
 * `await ready` of the dialog's twin first.
 */
export function householdVectors({ chain: chainText, peerId: peerText, signingSeed, now }: Sender) {
  const chain = Buffer.from(chainText, 'hex');
  const { privateKey, publicKey } = sodium.crypto_sign_seed_keypair(Buffer.from(signingSeed, 'hex'));
  const [certificate, , credential] = parts(chain);
  const peerId = credential.subarray(5, 37);
  const by = sha256(label('instance'), Buffer.from(publicKey)).subarray(0, 16);
  const sign = (purpose: string, bytes: Uint8Array): Buffer => Buffer.from(sodium.crypto_sign_detached(Buffer.concat([label(purpose), bytes]), privateKey));

  const stopped = counting(0x01, 16);
  const body = Buffer.concat([Buffer.of(5), peerId, stopped, by, number(1, 4), number(now, 8)]);
  const statement = (of: Uint8Array, signature = sign('suspension', of), issuer: Uint8Array = credential): Buffer => Buffer.concat([lp(Buffer.from(of)), signature, lp(Buffer.from(issuer))]);
  const good = statement(body);

  const [move, transferKey, seed] = [counting(0x10, 16), counting(0x20, 32), counting(0x30, 32)];
  const packed = Buffer.concat([Buffer.of(2), number(2, 4), lp(counting(0x40, 50)), number(1, 4), lp(counting(0x50, 50)), lp(seed)]);
  const closed = Buffer.from(sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(packed, Buffer.concat([label('certifier-move'), move]), null, Buffer.alloc(24), transferKey));
  const [kemSecret, contentKey, coins, receiver] = [counting(0x60, 32), counting(0x70, 32), counting(0x80, 64), counting(0x90, 16)];
  const kem = sodium.crypto_kem_xwing_seed_keypair(kemSecret);
  const context = (kind: number): Buffer => Buffer.concat([Buffer.of(kind), peerId, by, receiver]);
  const release = (kind = 6): Buffer => sealSigned('upkeep', { signingKey: privateKey, recipientKem: kem.publicKey, context: context(kind), contentKey, coins }, Buffer.concat([move, transferKey])).envelope;
  const opened = openSigned('upkeep', release(), { kemPublic: kem.publicKey, kemSecret: kem.privateKey }, context(6), () => signerInChain(chain));

  const organisation = { name: 'Example', seed: counting(0xa0, 32) };
  const spki = Buffer.from(new X509Certificate(certificate).publicKey.export({ format: 'der', type: 'spki' }));
  const leaf = (peer = peerText): Buffer => endorsementOf(organisation, 'Vera Example', peer, spki);
  const card = (endorsements: Uint8Array): Buffer => {
    const head = Buffer.concat([lp(chain), number(now, 8), Buffer.of(0), endorsements]);
    return Buffer.concat([head, sign('card', head)]);
  };
  const endorsed = (groups: readonly (readonly Buffer[])[]): Buffer => card(Buffer.concat([Buffer.of(groups.length), ...groups.map((group) => Buffer.concat([Buffer.of(group.length), ...group.map((each) => lp(each))]))]));
  return {
    peerId: hex(peerId), by: hex(by), credential: hex(credential),
    suspension: {
      stopped: hex(stopped), listVersion: 1, time: now, bytes: hex(good),
      bad: [
        bad('a byte more', Buffer.concat([good, Buffer.of(0)])), bad('a byte less', good.subarray(0, -1)), bad('another kind of statement', statement(Buffer.concat([Buffer.of(3), body.subarray(1)]))),
        bad('a device that stops itself', statement(Buffer.concat([body.subarray(0, 33), by, body.subarray(49)]))), bad('by another device than its credential', statement(Buffer.concat([body.subarray(0, 49), stopped.subarray(1), Buffer.of(9), body.subarray(65)]))),
      ],
      /** Laid out as it must be, and counting for nothing: the device did not sign this. */
      unsigned: [bad('another time', statement(flipped(body, body.length - 1), sign('suspension', body))), bad('under another label', statement(body, sign('upkeep', body)))],
    },
    move: {
      move: hex(move), transferKey: hex(transferKey), keys: [{ epoch: 2, pkcs8: hex(counting(0x40, 50)) }, { epoch: 1, pkcs8: hex(counting(0x50, 50)) }], recoverySeed: hex(seed), packed: hex(packed), closed: hex(closed),
      receiver: hex(receiver), kemSecret: hex(kemSecret), contentKey: hex(contentKey), encapsulationCoins: hex(coins), statement: hex(opened), release: hex(release()),
      bad: [bad('made for another kind of word', release(2)), bad('one bit of it', flipped(release(), 1_300)), bad('cut short', release().subarray(0, -1))],
    },
    endorsement: {
      root: hex(rootOf(organisation)), leaf: hex(leaf()), card: hex(endorsed([[leaf()]])), name: 'Vera Example',
      /** No card at all. */
      bad: [bad('four of them', endorsed(Array.from({ length: 4 }, () => [leaf()]))), bad('one without a certificate', endorsed([[]])), bad('four certificates', endorsed([Array.from({ length: 4 }, () => leaf())])), bad('none of them', endorsed([])), bad('a byte before the signature', card(Buffer.concat([Buffer.of(1, 1), lp(leaf()), Buffer.of(0)])))],
      /** A card, and the word in it counts for nothing: it is for somebody else, or signed by nobody. */
      void: [bad('another person', endorsed([[leaf('a'.repeat(52))]])), bad('one bit of the signature', endorsed([[flipped(leaf(), leaf().length - 1)]]))],
    },
  };
}

function parts(chain: Buffer): [Buffer, Buffer, Buffer] {
  const found: Buffer[] = [];
  for (let at = 0; at < chain.length; ) {
    const length = chain.readUInt32BE(at);
    found.push(chain.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  const [certificate = Buffer.alloc(0), list = Buffer.alloc(0), credential = Buffer.alloc(0)] = found;
  return [certificate, list, credential];
}
