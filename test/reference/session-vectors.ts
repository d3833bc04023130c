import sodium from 'libsodium-wrappers';
import { confirmOf, directionOf, frame, item, keyIdOf, label, masterOf, sealAll, sha256, type TwinDirection, type TwinOwner, u64 } from './session-twin';

/**
 * The values of test/vectors/session.json, computed by the twin alone from inputs that are plain counting bytes.
 * `await ready` of the twin first.
 */
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export function sessionVectors() {
  const counting = (start: number, length: number): Buffer => Buffer.from(Array.from({ length }, (_, at) => (start + at) & 0xff));
  const of = {
    sn: counting(0x10, 32),
    cn: counting(0x30, 32),
    dhEphemeral: counting(0x50, 32),
    dhSemiStatic: counting(0x70, 32),
    m1: frame(1, counting(1, 300)),
    m2: frame(2, counting(2, 280)),
  };
  const owners: Record<'client' | 'server', TwinOwner> = {
    client: { subject: counting(0x81, 40), fingerprint: counting(0x90, 32), instanceHash: counting(0xb0, 32) },
    server: { subject: counting(0x82, 44), fingerprint: counting(0xa0, 32), instanceHash: counting(0xc0, 32) },
  };
  const master = masterOf(of);
  const application = [item(2, Buffer.from('one')), Buffer.concat([item(2, Buffer.from('two')), item(4, counting(0, 8))]), item(3, counting(5, 1_000))];
  const sides = (['client', 'server'] as const).map((role) => {
    const direction: TwinDirection = directionOf(master, role, owners[role], of);
    const confirm = confirmOf(direction, role, of);
    const { frames, digests } = sealAll(direction, [item(1, confirm), ...application]);
    return {
      role,
      subject: hex(owners[role].subject),
      fingerprint: hex(owners[role].fingerprint),
      instanceHash: hex(owners[role].instanceHash),
      recordKey: hex(direction.recordKey),
      salt: hex(direction.salt),
      confirmKey: hex(direction.confirmKey),
      startDigest: hex(direction.startDigest),
      confirm: hex(confirm),
      records: frames.map((bytes) => hex(bytes)),
      digests: digests.map((bytes) => hex(bytes)),
    };
  });
  const seed = counting(0xd0, 32);
  const signing = sodium.crypto_sign_seed_keypair(seed);
  const sign = (purpose: string, message: Uint8Array): Buffer => Buffer.from(sodium.crypto_sign_detached(Buffer.concat([label(purpose), message]), signing.privateKey));
  const peerId = counting(0xe0, 32);
  const [notBefore, notAfter] = [1_780_000_000_000, 1_780_086_400_000];
  const share = counting(0x21, 32);
  const staticPart = Buffer.concat([share, u64(notBefore), u64(notAfter)]);
  const m1 = { recipientCredentialHash: counting(0x22, 32), kemCiphertextHash: counting(0x23, 32), chainHash: counting(0x24, 32), time: notBefore, listVersion: 7 };
  const statement = Buffer.concat([u64(m1.time), u64(m1.listVersion)]);
  const envelope = counting(0x25, 1_400);
  return {
    inputs: {
      sn: hex(of.sn),
      cn: hex(of.cn),
      dhEphemeral: hex(of.dhEphemeral),
      dhSemiStatic: hex(of.dhSemiStatic),
      m1: hex(of.m1),
      m2: hex(of.m2),
      applicationRecords: application.map((bytes) => hex(bytes)),
    },
    master: hex(master),
    keyId: hex(keyIdOf(master)),
    sides,
    selector: { credentialHash: hex(m1.recipientCredentialHash), envelope: hex(envelope), selector: sha256(label('selector'), m1.recipientCredentialHash, envelope.subarray(0, 1_120)).subarray(0, 8).toString('hex') },
    nonceCopy: sha256(label('cn'), of.cn).toString('hex'),
    signatures: {
      seed: hex(seed),
      signingKey: hex(Buffer.from(signing.publicKey)),
      peerId: hex(peerId),
      share: hex(share),
      m1: {
        recipientCredentialHash: hex(m1.recipientCredentialHash),
        kemCiphertextHash: hex(m1.kemCiphertextHash),
        chainHash: hex(m1.chainHash),
        statement: hex(statement),
        signature: sign('m1', Buffer.concat([peerId, m1.recipientCredentialHash, m1.kemCiphertextHash, share, m1.chainHash, statement])).toString('hex'),
      },
      m2Static: {
        instanceHash: hex(owners.server.instanceHash),
        notBefore,
        notAfter,
        part: hex(staticPart),
        signature: sign('m2-static', Buffer.concat([peerId, owners.server.instanceHash, staticPart])).toString('hex'),
      },
    },
  };
}
