import { withSpareKeys } from './rsa-keys';
import { encodeChain, parseChain, verifyChain, type VerifiedChain } from '../../electron/engine/certificates/chain';
import { issueInstanceCredential } from '../../electron/engine/certificates/credential';
import { issueInstanceList } from '../../electron/engine/certificates/instance-list';
import { createLocalRecord, type LocalParty, openLocalParty } from '../../electron/engine/certificates/local-party';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import type { Secret } from '../../electron/engine/crypto/secret';
import { openFrom, sealTo } from '../../electron/engine/crypto/sealed-envelope';
import type { LocalRecord, Logger } from '../../electron/engine/ports';
import { dialling, listening, step } from '../../electron/engine/session/handshake';
import { encodeHandshakeFrame, type HandshakeBody, encodeBody, modes, parseBody, parseHandshakeFrame } from '../../electron/engine/session/handshake-message';
import type { DialTarget, HandshakeEnvironment, HandshakeState, HandshakeStep, Pin } from '../../electron/engine/session/handshake-state';
import { encodeM2Statement, nonceCopyOf } from '../../electron/engine/session/m2';
import { createSemiStatic, type SemiStatic, type StaticPart } from '../../electron/engine/session/semi-static';
import { type Frame, FrameReader, frameTypes } from '../../electron/engine/wire/frame';
import { peerIdToBytes } from '../../electron/engine/wire/ids';

/** Noon of a day inside every certificate's validity. */
export const testNow = Date.UTC(2026, 5, 1, 12);

/** A person with one device and primitives, hence a meter, of their own. */
export interface Party {
  readonly name: string;
  readonly crypto: Crypto;
  readonly local: LocalParty;
  readonly semiStatic: SemiStatic;
}

export async function newParty(name: string): Promise<Party> {
  const crypto = withSpareKeys(await createCrypto({ random: kernelRandom }));
  const record = await createLocalRecord(crypto, { name, deviceName: `${name}'s device`, now: testNow - 3_600_000 });
  return openParty(name, record);
}

/** Two devices of one person: one identity, one list, one exchange key. */
export async function newDevices(name: string): Promise<readonly [Party, Party]> {
  const [one, two] = await devicesOf(name, ['second']);
  if (!one || !two) throw new Error('two records, two devices');
  return [one, two];
}

/** The first device of a person, and others of these names on the same list. */
export async function devicesOf(name: string, others: readonly string[]): Promise<readonly Party[]> {
  const crypto = withSpareKeys(await createCrypto({ random: kernelRandom }));
  const now = testNow - 3_600_000;
  const first = await createLocalRecord(crypto, { name, deviceName: 'first', now });
  const party = openLocalParty(crypto, first);
  const made = await Promise.all(others.map(async (deviceName) => {
    const seeds = { signingSeed: crypto.random(32), kemSecret: crypto.random(32) };
    const credential = await issueInstanceCredential(crypto, {
      identity: party.identity,
      identityKey: party.certifierKey(),
      signing: crypto.signingFromSeed(seeds.signingSeed.slice()),
      kemKey: crypto.kemFromSecret('instance-kem', seeds.kemSecret.slice()).publicKey,
      deviceName,
      roles: ['exchange'],
      minListVersion: 1,
      notBefore: now,
      notAfter: now + 86_400_000,
    });
    return { seeds, credential };
  }));
  const listed = made.map(({ credential: { instanceId, hash, roles } }) => ({ instanceId, credentialHash: hash, roles, state: 'active' as const }));
  const list = await issueInstanceList(crypto, { identity: party.identity, identityKey: party.certifierKey(), version: 2, issuedAt: now, instances: [...party.list.instances, ...listed] });
  const records = [{ ...first, instanceList: list.bytes }, ...made.map(({ seeds, credential }) => ({ ...first, instanceList: list.bytes, instance: { credential: credential.bytes, ...seeds } }))];
  return Promise.all(records.map((record) => openParty(name, record)));
}

async function openParty(name: string, record: LocalRecord): Promise<Party> {
  const crypto = await createCrypto({ random: kernelRandom });
  const local = openLocalParty(crypto, record);
  return { name, crypto, local, semiStatic: createSemiStatic(crypto, local, testNow) };
}

export function targetOf(party: Party): DialTarget {
  return { peerId: party.local.peerId, pinnedSpkiHash: party.local.identity.spkiHash, exchange: party.local.exchange.current.credential };
}

export function verifiedChainOf(party: Party): VerifiedChain {
  return verifyChain(party.crypto, party.local.chain, { now: testNow });
}

export type Contacts = readonly (Party | { readonly party: Party; readonly pin: Partial<Pin> })[];

/** Who is known, and how. */
export function peersOf(contacts: Contacts): HandshakeEnvironment['peers'] {
  const pins = new Map<string, Pin>();
  for (const contact of contacts) {
    const { party, pin } = 'party' in contact ? contact : { party: contact, pin: {} };
    pins.set(party.local.peerId, { spkiHash: party.local.identity.spkiHash, blocked: false, ...pin });
  }
  return { pinned: (peerId) => pins.get(peerId) };
}

function environmentOf(party: Party, contacts: Contacts, changes: Partial<HandshakeEnvironment> = {}): HandshakeEnvironment {
  return {
    crypto: party.crypto,
    local: party.local,
    peers: peersOf(contacts),
    semiStatic: () => party.semiStatic,
    mayDecapsulate: () => true,
    isReplay: () => false,
    opened: () => {},
    ...changes,
  };
}

export function frameOf(bytes: Uint8Array): Frame {
  const reader = new FrameReader();
  reader.push(Uint8Array.from(bytes));
  const frame = reader.next();
  if (!frame) throw new Error('not a whole frame');
  return frame;
}

/** One side of a handshake run by hand. */
export class Side {
  readonly environment: HandshakeEnvironment;
  state: HandshakeState;
  /** Frames it has put out and the test has not taken yet. */
  readonly out: Uint8Array[] = [];
  now = testNow;

  constructor(environment: HandshakeEnvironment, state: HandshakeState) {
    this.environment = environment;
    this.state = state;
  }

  start(): this {
    return this.#take(step(this.environment, this.state, { kind: 'start', now: this.now }));
  }

  receive(bytes: Uint8Array | undefined): this {
    if (!bytes) throw new Error('there is no frame to deliver');
    return this.#take(step(this.environment, this.state, { kind: 'frame', frame: frameOf(bytes), now: this.now }));
  }

  end(reason: 'timeout' | 'closed'): this {
    return this.#take(step(this.environment, this.state, { kind: 'end', reason }));
  }

  next(): Uint8Array {
    const bytes = this.out.shift();
    if (!bytes) throw new Error('nothing was sent');
    return bytes;
  }

  /** The failure, or the phase it stands in. */
  get result(): string {
    return this.state.phase === 'failed' ? this.state.reason : this.state.phase;
  }

  get opened() {
    if (this.state.phase !== 'open') throw new Error(`not open but ${this.result}`);
    return this.state.opened;
  }

  #take({ state, output }: HandshakeStep): this {
    this.state = state;
    this.out.push(...output);
    return this;
  }
}

export function dialler(party: Party, target: DialTarget, contacts: Contacts, changes?: Partial<HandshakeEnvironment>, now = testNow): Side {
  const side = new Side(environmentOf(party, contacts, changes), dialling(target));
  side.now = now;
  return side.start();
}

export function listener(party: Party, contacts: Contacts, changes?: Partial<HandshakeEnvironment>): Side {
  return new Side(environmentOf(party, contacts, changes), listening());
}

/** Both sides, confirmed. */
export function openBoth(from: Party, to: Party): { readonly dialler: Side; readonly listener: Side } {
  const a = dialler(from, targetOf(to), [to]);
  const b = listener(to, [from]).receive(a.next());
  a.receive(b.next());
  b.receive(a.next());
  a.receive(b.next());
  return { dialler: a, listener: b };
}

/** What a cheating dialler may put into M1 in place of the right thing. */
export interface ForgedM1 {
  readonly share?: Uint8Array;
  readonly listVersion?: number;
  readonly time?: number;
  readonly signature?: Uint8Array;
  readonly chain?: Uint8Array;
}

/** The dialler's M1 with something else in it, signed as it is where the change is not the signature. */
export function forgeM1(from: Party, to: Party, changes: ForgedM1): Uint8Array {
  const { crypto, local } = from;
  const { cn, body } = openM1(to, dialler(from, targetOf(to), [to]).next());
  const { hash, kemKey } = to.local.exchange.current.credential;
  const statement = Uint8Array.from(body.statement);
  const view = new DataView(statement.buffer);
  if (changes.time !== undefined) view.setBigUint64(0, BigInt(changes.time));
  if (changes.listVersion !== undefined) view.setBigUint64(8, BigInt(changes.listVersion));
  const chain = changes.chain ?? body.chain;
  const share = changes.share ?? body.share;
  const envelope = sealTo(crypto, 'm1-content', kemKey, cn, (kemCiphertextHash) => {
    const message = Buffer.concat([peerIdToBytes(to.local.peerId), hash, kemCiphertextHash, share, crypto.sha256(chain), statement]);
    return encodeBody({ chain, share, statement, signature: changes.signature ?? crypto.sign('m1', local.instance.signing.secret, message) });
  });
  return encodeHandshakeFrame(crypto, frameTypes.m1, hash, envelope);
}

/** What a cheating listener may put into M2 in place of the right thing. */
export interface ForgedM2 {
  readonly nonceCopy?: Uint8Array;
  /** SN; `'cn'` repeats CN. */
  readonly sn?: Uint8Array | 'cn';
  readonly share?: Uint8Array | 'reflected';
  readonly part?: Partial<StaticPart> | 'reflected';
  readonly signature?: Uint8Array;
  readonly chain?: Uint8Array;
}

/** A listener that holds its keys and follows the layout, but not the rules. */
export function forgeM2(cheat: Party, m1: Uint8Array, changes: ForgedM2 = {}): Uint8Array {
  const { crypto, local, semiStatic } = cheat;
  const { cn, body } = openM1(cheat, m1);
  const client = parseChain(crypto, body.chain);
  const ephemeral = crypto.generateDh();
  const sn = changes.sn === undefined ? crypto.randomSecret('content', 32) : crypto.secret('content', changes.sn === 'cn' ? cn.bytes.slice() : changes.sn.slice());
  const part = changes.part === 'reflected' ? { ...semiStatic.part, share: body.share } : { ...semiStatic.part, ...changes.part };
  const signed = changes.part === undefined ? semiStatic.signature : signPart(cheat, part);
  const envelope = sealTo(crypto, 'm2-content', client.exchange.kemKey, sn, () =>
    encodeBody({
      chain: changes.chain ?? encodeChain(local.chain),
      share: changes.share === 'reflected' ? body.share : (changes.share ?? ephemeral.publicKey),
      statement: encodeM2Statement({ nonceCopy: changes.nonceCopy ?? nonceCopyOf(crypto, cn), part }),
      signature: changes.signature ?? signed,
    }),
  );
  return encodeHandshakeFrame(crypto, frameTypes.m2, client.exchange.hash, envelope);
}

/** Signs a static part as its owner would, whatever it says. */
export function signPart(party: Party, part: StaticPart): Uint8Array {
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64BE(BigInt(part.notBefore));
  bytes.writeBigUInt64BE(BigInt(part.notAfter), 8);
  const { credential, signing } = party.local.instance;
  return party.crypto.sign('m2-static', signing.secret, Buffer.concat([peerIdToBytes(party.local.peerId), credential.hash, part.share, bytes]));
}

/** The sealed part of a full M1 or M2. */
export function envelopeOf(message: Uint8Array): Uint8Array {
  const parsed = parseHandshakeFrame(frameOf(message));
  if (parsed.mode !== modes.full) throw new Error('not a full handshake message');
  return parsed.envelope;
}

/** What the owner of the exchange key reads in an M1. */
export function openM1(recipient: Party, m1: Uint8Array): { readonly cn: Secret<'content'>; readonly body: HandshakeBody } {
  const { crypto, local } = recipient;
  const opened = openFrom(crypto, 'm1-content', local.exchange.current.kem, envelopeOf(m1));
  if (!opened) throw new Error('this M1 is not for them');
  return { cn: opened.contentKey, body: parseBody(opened.payload) };
}

/** A logger that keeps its lines. */
export function recordingLogger(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const write = (event: string, facts?: object): void => void lines.push(`${event} ${JSON.stringify(facts ?? {})}`);
  return { lines, debug: write, info: write, warn: write, error: write };
}

/** Points of small order on Curve25519, and 0 and 1 themselves. */
export const lowOrder = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].map((hex) => new Uint8Array(Buffer.from(hex, 'hex')));
