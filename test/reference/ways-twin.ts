import { createHash, createHmac, hkdfSync, X509Certificate } from 'node:crypto';
import sodium from 'libsodium-wrappers';
import { sealSigned, selectorOf, type TwinSealing } from './deposit-twin';
import { pad } from './dialog-twin';

/** Cards that travel alone, what stands behind them, what is carried, and a mailbox's names (protocol.md §2, §11, §11.1) written a second time, from the paper alone. */
export interface TwinMailbox {
  readonly servers: readonly string[];
  readonly authority: Uint8Array;
  readonly address: string;
  readonly slot: string;
  readonly token: string;
  readonly until: number;
}

const number = (value: number, bytes: number): Buffer => Buffer.from(value.toString(16).padStart(bytes * 2, '0'), 'hex');
const lp = (bytes: Uint8Array): Buffer => Buffer.concat([number(bytes.length, 4), bytes]);
const text = (value: string): Buffer => lp(Buffer.from(value));
const label = (purpose: string): Buffer => text(`keyshift/2 ${purpose}`);
const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
const hmac = (key: Uint8Array, ...parts: Uint8Array[]): Buffer => createHmac('sha256', key).update(Buffer.concat(parts)).digest();
const hkdf = (secret: Uint8Array, purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), label(purpose), 32));

/** Section 16 of a card's tail. */
export function mailboxSection(mailboxes: readonly TwinMailbox[]): Buffer {
  const one = (of: TwinMailbox): Buffer =>
    Buffer.concat([Buffer.of(of.servers.length), ...of.servers.map(text), lp(of.authority), Buffer.from(of.address, 'hex'), Buffer.from(of.slot, 'hex'), text(of.token), number(of.until, 8)]);
  return Buffer.concat([Buffer.of(mailboxes.length), ...mailboxes.map(one)]);
}

/** Section 17 of a card's tail. */
export function stoppedSection(statements: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.of(statements.length), ...statements.map(lp)]);
}

export interface TwinCard {
  readonly chain: Uint8Array;
  readonly time: number;
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  readonly sections: readonly { readonly type: number; readonly body: Uint8Array }[];
  readonly signingKey: Uint8Array;
}

/** Of a person with a first key, without endorsements. */
export function card({ chain, time, addresses, sections, signingKey }: TwinCard): Buffer {
  const signed = Buffer.concat([
    lp(chain), number(time, 8), Buffer.of(addresses.length),
    ...addresses.map(({ host, port }) => Buffer.concat([text(host), number(port, 2)])),
    ...sections.map(({ type, body }) => Buffer.concat([Buffer.of(type), lp(body)])),
  ]);
  return Buffer.concat([signed, sodium.crypto_sign_detached(Buffer.concat([label('card'), signed]), signingKey)]);
}

export function cardDeposit(flags: number, bytes: Uint8Array, of: DepositSealing, behind: Uint8Array = Buffer.alloc(0)): Buffer {
  const statement = pad(Buffer.concat([Buffer.of(flags), lp(bytes), behind]));
  const { envelope, ciphertext } = sealSigned('card-deposit', { ...of, context: Buffer.concat([of.peerId, of.credentialHash]) }, statement);
  return Buffer.concat([selectorOf(of.credentialHash, ciphertext, 'card-selector'), envelope]);
}

export type DepositSealing = Omit<TwinSealing, 'context'> & { readonly peerId: Uint8Array; readonly credentialHash: Uint8Array };

/** One link between two keys, as the steps of a key history are laid out. */
export function oneStep(link: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(0, 1, 1), lp(link)]);
}

/** What a contact says led on from an own key. */
export function toldDeposit(chain: Uint8Array, steps: Uint8Array, of: DepositSealing, behind: Uint8Array = Buffer.alloc(0)): Buffer {
  const statement = pad(Buffer.concat([lp(chain), lp(steps), behind]));
  const { envelope, ciphertext } = sealSigned('told-deposit', { ...of, context: Buffer.concat([of.peerId, of.credentialHash]) }, statement);
  return Buffer.concat([selectorOf(of.credentialHash, ciphertext, 'told-selector'), envelope]);
}

/** Of what is carried to a person: place in the writer's outbox, and the exchange credential it is sealed to. */
export function carriedId(place: number, credentialHash: Uint8Array): Buffer {
  return Buffer.concat([number(place, 8), credentialHash.subarray(0, 8)]);
}

/** Of what goes back. */
export function backId(deposit: Uint8Array): Buffer {
  return sha256(deposit).subarray(0, 16);
}

/** Of a control message that is carried. */
export function carriedControlId(dialogId: Uint8Array, index: number, credentialHash: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(0x80), sha256(Buffer.concat([dialogId, Buffer.of(index)])).subarray(0, 7), credentialHash.subarray(0, 8)]);
}

/** H(SPKI) of the certificate a chain begins with: of a first key the peer id, too. */
export function firstKeyHash(chain: Uint8Array): Buffer {
  const length = Buffer.from(chain).readUInt32BE(0);
  return sha256(new X509Certificate(chain.subarray(4, 4 + length)).publicKey.export({ type: 'spki', format: 'der' }));
}

export interface TwinInvitation {
  /** Who invites. */
  readonly peerId: Uint8Array;
  readonly signingKey: Uint8Array;
  readonly secret: Uint8Array;
  /** Seconds. */
  readonly expiry: number;
}

/** Without addresses (§12, invitation link). */
export function shortLink({ peerId, signingKey, secret, expiry }: TwinInvitation): string {
  const instance = sha256(Buffer.concat([label('instance'), signingKey])).subarray(0, 16);
  const body = Buffer.concat([Buffer.of(1), peerId, instance, secret, number(expiry, 4), Buffer.of(0)]);
  return `keyshift:invite/${Buffer.concat([body, sha256(Buffer.concat([label('link-checksum'), body])).subarray(0, 8)]).toString('base64url')}`;
}

/** `version`: 1, and others that nobody reads. */
export function longLink(link: string, bytes: Uint8Array, version = 1): string {
  const body = Buffer.concat([Buffer.of(version), text(link), lp(bytes)]);
  return `keyshift:invite-long/${Buffer.concat([body, sha256(Buffer.concat([label('long-link-checksum'), body])).subarray(0, 8)]).toString('base64url')}`;
}

/** What stands behind the invitee's card: invitation id, hello tag, proof tag. */
export function invitationProof(secret: Uint8Array, inviter: { readonly peerId: Uint8Array; readonly credentialHash: Uint8Array }, invitee: { readonly peerId: Uint8Array; readonly spkiHash: Uint8Array }, bytes: Uint8Array) {
  const helloKey = hkdf(secret, 'invite-hello');
  const id = sha256(Buffer.concat([label('invitation-id'), helloKey])).subarray(0, 16);
  const mail = sha256(Buffer.concat([label('invite-mail'), inviter.peerId, inviter.credentialHash, sha256(bytes)]));
  const hello = hmac(helloKey, mail, inviter.peerId);
  const tag = hmac(hkdf(secret, 'invite'), mail, inviter.peerId, invitee.peerId, inviter.credentialHash, invitee.spkiHash);
  return { id, helloKey, mail, proof: Buffer.concat([id, hello, tag]) };
}

/** As NATS writes a user's public key. */
export function deviceKey(seed: Uint8Array): string {
  const body = Buffer.concat([Buffer.of(0xa0), sodium.crypto_sign_seed_keypair(seed).publicKey]);
  let crc = 0;
  for (const byte of body) for (let bit = 7; bit >= 0; bit -= 1) crc = (((crc << 1) & 0xffff) ^ (((crc >> 15) ^ (byte >> bit)) & 1 ? 0x1021 : 0)) & 0xffff;
  const bits = [...body, crc & 255, crc >> 8].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.charAt(parseInt(five.padEnd(5, '0'), 2))).join('');
}

/** The answer to a server's challenge. */
export function challengeAnswer(seed: Uint8Array, nonce: string): string {
  return Buffer.from(sodium.crypto_sign_detached(Buffer.from(nonce), sodium.crypto_sign_seed_keypair(seed).privateKey)).toString('base64url');
}

/** What goes to a server with a deposit. `inbox`: where its answer is heard. */
export function publication(subject: string, inbox: string, id: string, deposit: Uint8Array): Buffer {
  const headers = `NATS/1.0\r\nNats-Msg-Id: ${id}\r\n\r\n`;
  return Buffer.concat([Buffer.from(`HPUB ${subject} ${inbox} ${headers.length} ${headers.length + deposit.length}\r\n${headers}`), deposit, Buffer.from('\r\n')]);
}

/** In one stored block, so that no compressor decides about the bytes; up to 65,535. */
export function registrationText(json: string | Uint8Array): string {
  const content = Buffer.from(json);
  const length = Buffer.of(content.length & 255, content.length >> 8);
  const body = Buffer.concat([Buffer.of(1), length, length.map((byte) => byte ^ 255), content]);
  return `keyshift-mailbox:${Buffer.concat([createHash('sha256').update(body).digest().subarray(0, 8), body]).toString('base64url')}`;
}
