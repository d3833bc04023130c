import sodium from 'libsodium-wrappers';
import { readResume, resumedMasterOf, resumeM1, resumeM2, resumptionSecretOf } from './resume-twin';
import { agree, confirmOf, directionOf, frame, hkdf, item, kemPublicOf, keyIdOf, label, lp, masterOf, sealAll, sealHandshake, sha256, shareOf, signWith, type TwinOwner, type TwinRole, type TwinSecrets, u64 } from './session-twin';

/**
 * The values of test/vectors/session-transcripts.json: whole handshakes, frame by frame, computed by the twin alone from
 * two people's keys and from random numbers that are plain counting bytes. `await ready` of the twin first.
 */
export interface VectorPerson {
  readonly peerId: string;
  /** All in hex. The chain as it is sent. */
  readonly peerIdBytes: string;
  readonly chain: string;
  /** DER of the subject name in the identity certificate of the chain. */
  readonly subject: string;
  readonly listVersion: number;
  readonly instanceSeed: string;
  readonly instanceKemSecret: string;
  readonly exchangeKemSecret: string;
}

export interface VectorPeople {
  /** Unix milliseconds: the clocks of both. */
  readonly now: number;
  readonly client: VectorPerson;
  readonly server: VectorPerson;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Buffer => Buffer.from(text, 'hex');
const counting = (start: number, length: number): Buffer => Buffer.from(Array.from({ length }, (_, at) => (start + at) & 0xff));

/** Random numbers in the order they are drawn. `semiStatic`: the listener's, before the handshake. */
export const draws = {
  full: {
    client: { cn: hex(counting(0x01, 32)), share: hex(counting(0x21, 32)), coins: hex(counting(0x41, 64)) },
    server: { semiStatic: hex(counting(0x81, 32)), share: hex(counting(0xa1, 32)), sn: hex(counting(0xc1, 32)), coins: hex(counting(0x11, 64)) },
  },
  resume: {
    client: { cn: hex(counting(0x31, 32)), share: hex(counting(0x51, 32)) },
    server: { share: hex(counting(0x71, 32)), sn: hex(counting(0x91, 32)) },
  },
  channel: { client: { kemSecret: hex(counting(0xb1, 32)) }, server: { coins: hex(counting(0xd1, 64)) } },
};

const said = { client: item(2, Buffer.from('a message of the client')), server: item(2, Buffer.from('a message of the server')) };

/** identity ‖ list ‖ instance ‖ exchange ‖ issuer, each with its length before it. */
function partsOf(person: VectorPerson) {
  const parts: Buffer[] = [];
  for (let rest = bytes(person.chain); rest.length > 0; ) {
    const length = rest.readUInt32BE(0);
    parts.push(rest.subarray(4, 4 + length));
    rest = rest.subarray(4 + length);
  }
  const [identity = Buffer.alloc(0), , instance = Buffer.alloc(0), exchange = Buffer.alloc(0)] = parts;
  const owner: TwinOwner = { subject: bytes(person.subject), fingerprint: sha256(identity), instanceHash: sha256(instance) };
  return { owner, exchangeHash: sha256(exchange), exchangeKey: kemPublicOf(bytes(person.exchangeKemSecret)) };
}

/** M3 and M4, what each side says after them, and where the directions then stand. */
function records(master: Buffer, owners: Record<TwinRole, TwinOwner>, of: TwinSecrets) {
  const side = (role: TwinRole) => {
    const direction = directionOf(master, role, owners[role], of);
    const { frames, digests } = sealAll(direction, [item(1, confirmOf(direction, role, of)), said[role]]);
    return {
      direction: { recordKey: hex(direction.recordKey), salt: hex(direction.salt), confirmKey: hex(direction.confirmKey), startDigest: hex(direction.startDigest) },
      confirm: frames[0] ?? Buffer.alloc(0),
      application: frames[1] ?? Buffer.alloc(0),
      end: { counter: frames.length, digest: hex(digests.at(-1) ?? Buffer.alloc(0)) },
    };
  };
  return { client: side('client'), server: side('server') };
}

function describe(of: TwinSecrets, master: Buffer, { client, server }: ReturnType<typeof records>) {
  return {
    m1: hex(of.m1),
    m2: hex(of.m2),
    m3: hex(client.confirm),
    m4: hex(server.confirm),
    clientRecord: hex(client.application),
    serverRecord: hex(server.application),
    master: hex(master),
    keyId: hex(keyIdOf(master)),
    resumptionSecret: hex(resumptionSecretOf(master)),
    client: { ...client.direction, end: client.end },
    server: { ...server.direction, end: server.end },
  };
}

export function transcriptVectors(people: VectorPeople) {
  const full = fullMode(people);
  return { people, draws, full, resume: resumeMode(people, full), channel: channelOpening() };
}

function fullMode({ now, client, server }: VectorPeople) {
  const [atClient, atServer] = [partsOf(client), partsOf(server)];
  const drawn = draws.full;
  const [cn, sn] = [bytes(drawn.client.cn), bytes(drawn.server.sn)];
  const [eC, eS, sS] = [bytes(drawn.client.share), bytes(drawn.server.share), bytes(drawn.server.semiStatic)];
  const statement = Buffer.concat([u64(now), u64(client.listVersion)]);
  const m1 = sealHandshake('m1', {
    recipientKey: atServer.exchangeKey,
    recipientCredentialHash: atServer.exchangeHash,
    coins: bytes(drawn.client.coins),
    nonce: cn,
    chain: bytes(client.chain),
    share: shareOf(eC),
    statement,
    sign: (kemHash) => signWith(bytes(client.instanceSeed), 'm1', Buffer.concat([bytes(server.peerIdBytes), atServer.exchangeHash, kemHash, shareOf(eC), sha256(bytes(client.chain)), statement])),
  });
  const part = Buffer.concat([shareOf(sS), u64(now), u64(now + 24 * 3_600_000)]);
  const m2 = sealHandshake('m2', {
    recipientKey: atClient.exchangeKey,
    recipientCredentialHash: atClient.exchangeHash,
    coins: bytes(drawn.server.coins),
    nonce: sn,
    chain: bytes(server.chain),
    share: shareOf(eS),
    statement: Buffer.concat([sha256(label('cn'), cn), part]),
    sign: () => signWith(bytes(server.instanceSeed), 'm2-static', Buffer.concat([bytes(server.peerIdBytes), atServer.owner.instanceHash, part])),
  });
  const of: TwinSecrets = { sn, cn, dhEphemeral: agree(eC, shareOf(eS)), dhSemiStatic: agree(eC, shareOf(sS)), m1, m2 };
  const master = masterOf(of);
  return describe(of, master, records(master, { client: atClient.owner, server: atServer.owner }, of));
}

/** The same two, the same one dialling, after both have heard what the other said. */
function resumeMode({ client, server }: VectorPeople, last: ReturnType<typeof fullMode>) {
  const owners = { client: partsOf(client).owner, server: partsOf(server).owner };
  const drawn = draws.resume;
  const [cn, sn] = [bytes(drawn.client.cn), bytes(drawn.server.sn)];
  const [eC, eS] = [bytes(drawn.client.share), bytes(drawn.server.share)];
  const secret = bytes(last.resumptionSecret);
  const keyId = bytes(last.keyId);
  const { counter, digest } = last.server.end;
  const m1 = resumeM1({ keyId, secret, cn, share: shareOf(eC), targetCredentialHash: owners.server.instanceHash, counter, digest: bytes(digest) });
  const m2 = resumeM2({ keyId, cn, sn, share: shareOf(eS) });
  const dh = agree(eC, shareOf(eS));
  const master = resumedMasterOf({ secret, dh, sn, cn, m1, m2 });
  const of: TwinSecrets = { sn, cn, dhEphemeral: dh, dhSemiStatic: dh, m1, m2 };
  const { target, state, proof } = readResume(m1, m2);
  return { target: hex(target), state: hex(state), proof: hex(proof), ...describe(of, master, records(master, owners, of)) };
}

/** A channel for an invitation: the opening, and one frame each way. */
function channelOpening() {
  const { client, server } = draws.channel;
  const publicKey = kemPublicOf(bytes(client.kemSecret));
  const { ciphertext, sharedSecret } = sodium.crypto_kem_xwing_enc_deterministic(publicKey, bytes(server.coins));
  const open = frame(16, Buffer.concat([Buffer.of(3), publicKey]));
  const accept = frame(17, ciphertext);
  const hash = sha256(label('channel-hash'), lp(open), lp(accept));
  const data = (role: TwinRole, kind: number, payload: Buffer): Buffer => {
    const key = hkdf(sharedSecret, Buffer.concat([label(`channel-${role}`), hash]), 32);
    const header = frame(18, Buffer.alloc(1 + payload.length + 16)).subarray(0, 7);
    const aad = Buffer.concat([label(`channel-${role}`), header]);
    return Buffer.concat([header, sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(Buffer.concat([Buffer.of(kind), payload]), aad, null, Buffer.alloc(24), key)]);
  };
  const hello = counting(5, 48);
  return { open: hex(open), accept: hex(accept), hash: hex(hash), helloPayload: hex(hello), clientFrame: hex(data('client', 16, hello)), serverFrame: hex(data('server', 63, Buffer.alloc(0))) };
}
