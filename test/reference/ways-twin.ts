import { createHash } from 'node:crypto';
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

export function cardDeposit(flags: number, bytes: Uint8Array, of: Omit<TwinSealing, 'context'> & { readonly peerId: Uint8Array; readonly credentialHash: Uint8Array }): Buffer {
  const statement = pad(Buffer.concat([Buffer.of(flags), lp(bytes)]));
  const { envelope, ciphertext } = sealSigned('card-deposit', { ...of, context: Buffer.concat([of.peerId, of.credentialHash]) }, statement);
  return Buffer.concat([selectorOf(of.credentialHash, ciphertext, 'card-selector'), envelope]);
}

/** Of what is carried to a person: place in the writer's outbox, and the exchange credential it is sealed to. */
export function carriedId(place: number, credentialHash: Uint8Array): Buffer {
  return Buffer.concat([number(place, 8), credentialHash.subarray(0, 8)]);
}

/** Of what goes back. */
export function backId(deposit: Uint8Array): Buffer {
  return createHash('sha256').update(deposit).digest().subarray(0, 16);
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
export function registrationText(json: string): string {
  const content = Buffer.from(json);
  const length = Buffer.of(content.length & 255, content.length >> 8);
  const body = Buffer.concat([Buffer.of(1), length, length.map((byte) => byte ^ 255), content]);
  return `keyshift-mailbox:${Buffer.concat([createHash('sha256').update(body).digest().subarray(0, 8), body]).toString('base64url')}`;
}
