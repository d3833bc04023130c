import { beforeAll, describe, expect, it } from 'vitest';
import { createCrypto } from '../../../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { encodeContent, parseContent } from '../../../../electron/engine/dialog/content';
import { parseControl } from '../../../../electron/engine/dialog/control';
import { createOpenState, openMessage, unpadded } from '../../../../electron/engine/dialog/open-message';
import { createSealState, sealMessage } from '../../../../electron/engine/dialog/seal-message';
import { maxBodyBytes, spanOfMessage } from '../../../../electron/engine/dialog/message-layout';
import { encodeDskHeader, parseDskHeader, wrapDsk } from '../../../../electron/engine/dialog/session-key';
import { encodeStanding } from '../../../../electron/engine/dialog/standing';
import { createStartToken } from '../../../../electron/engine/dialog/start-token';
import { firstDigest, gapDigest, nextDigest } from '../../../../electron/engine/dialog/transcript';
import { createKekBlock } from '../../../../electron/engine/exchange/kek-block';
import { keyCheck } from '../../../../electron/engine/exchange/kek-wrap';
import { dialogIdFromBytes, dskIdFromBytes, instanceIdFromBytes, kekIdFromBytes, peerIdFromBytes } from '../../../../electron/engine/wire/ids';
import * as twin from '../../../reference/dialog-twin';
import { dialogVectors } from '../../../reference/dialog-vectors';
import { newPair, settle } from '../../../support/dialog-kit';
import vectors from '../../../vectors/dialog.json';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');
const { inputs } = vectors;

/** Gives the wanted bytes where the engine asks for random ones. */
async function scripted(...wanted: Uint8Array[]): Promise<Crypto> {
  const queue = [...wanted];
  return createCrypto({
    random: {
      bytes(length) {
        const next = queue.shift();
        if (next?.length !== length) throw new Error('not the random bytes that were expected');
        return next.slice();
      },
    },
  });
}

describe('the vectors', () => {
  beforeAll(() => twin.ready);

  it('S1-08: the slow twin computes exactly what is written down', () => {
    expect(dialogVectors()).toEqual(vectors);
  });

  it('S1-08 S1-14 S1-16: the engine makes the same service pair and KEK header', async () => {
    const crypto = await scripted(bytes(inputs.encapsulationCoins));
    const signing = crypto.signingFromSeed(bytes(inputs.signingSeed));
    expect(hex(signing.publicKey)).toBe(vectors.signer);
    const kek = crypto.secret('kek', bytes(inputs.kek));
    const header = {
      kekId: kekIdFromBytes(bytes(inputs.kekId)),
      creatingInstance: instanceIdFromBytes(bytes(inputs.creatingInstance)),
      epoch: inputs.kekEpoch,
      notBefore: inputs.notBefore,
      notAfter: inputs.notAfter,
    };
    const names = {
      initiatorCert: bytes(inputs.initiatorCert),
      initiatorIssued: Buffer.from(inputs.initiatorIssued),
      targetCert: bytes(inputs.targetCert),
      targetIssued: Buffer.from(inputs.targetIssued),
    };
    const block = createKekBlock(crypto, { names, header, kek, recipientKem: bytes(vectors.exchangeKey), signing: signing.secret });
    expect(hex(block ?? new Uint8Array())).toBe(vectors.block);
    expect(hex(keyCheck(crypto, 'kek-check', kek))).toBe(vectors.kekCheck);
  });

  it('S1-21: … the same DSK header, and the same messages', async () => {
    const crypto = await scripted(bytes(inputs.dskWrapNonce));
    const dsk = crypto.secret('dsk-send', bytes(inputs.dsk));
    expect(hex(keyCheck(crypto, 'dsk-check', dsk))).toBe(vectors.dskCheck);
    const dialogId = dialogIdFromBytes(bytes(inputs.dialogId));
    const senderInstance = instanceIdFromBytes(bytes(inputs.senderInstance));
    const header = { dskId: dskIdFromBytes(bytes(inputs.dskId)), epoch: inputs.dskEpoch, firstSequence: inputs.firstSequence, compromise: false };
    const context = {
      sender: peerIdFromBytes(bytes(inputs.sender)),
      recipient: peerIdFromBytes(bytes(inputs.recipient)),
      dialogId,
      senderInstance,
      kekId: kekIdFromBytes(bytes(inputs.kekId)),
    };
    const dskHeader = encodeDskHeader(header, wrapDsk(crypto, crypto.secret('kek', bytes(inputs.kek)), context, header, dsk));
    expect(hex(dskHeader)).toBe(vectors.dskHeader);
    const state = createSealState({
      block: { bytes: bytes(vectors.block), hash: bytes(vectors.hdr1) },
      dskHeader: { bytes: dskHeader, hash: bytes(vectors.hdr2) },
      dialogId,
      senderInstance,
      key: dsk,
    });
    const large = encodeContent({ kind: 'text', text: 'a'.repeat(40 * 1024) });
    for (const each of vectors.messages) {
      const content = each.content === undefined ? large : bytes(each.content);
      const plaintext = Buffer.concat([bytes(inputs.blind), content]);
      const made = sealMessage(crypto, state, { control: each.control, sequence: each.sequence, time: each.time, plaintext }, bytes(each.salt));
      expect(made.length).toBe(each.length);
      if (each.bytes !== undefined) expect(hex(made)).toBe(each.bytes);
      else expect(hex(crypto.sha256(made))).toBe(each.sha256);

      const span = spanOfMessage(Buffer.from(made));
      if (!span) throw new Error('not a message');
      const open = createOpenState(bytes(vectors.hdr1), bytes(vectors.hdr2), crypto.secret('dsk-receive', bytes(inputs.dsk)));
      const opened = openMessage(crypto, open, Buffer.from(made), span, new Uint8Array(maxBodyBytes));
      expect(hex(unpadded(opened ?? new Uint8Array()) ?? new Uint8Array())).toBe(hex(plaintext));
      expect({ control: span.control, sequence: span.sequence, time: span.time }).toEqual({ control: each.control, sequence: each.sequence, time: each.time });
      const kind = each.name === 'another title' ? 'title' : ['acknowledgement', 'gap', 'again', 'closed'].includes(each.name) ? each.name : 'text';
      if (kind === 'title') expect(parseContent(content)).toEqual({ kind, title: 'Holiday', revision: 2 });
      expect(each.control ? parseControl(content)?.kind : parseContent(content)?.kind).toBe(kind);
    }
  });

  it('S2-14 S1-18: … the same session key under the next key exchange key, and keys that take over what was sent before', async () => {
    const { nextKek, takeovers } = vectors;
    const crypto = await scripted(bytes(nextKek.encapsulationCoins), bytes(nextKek.dskWrapNonce), ...takeovers.map((each) => bytes(each.wrapNonce)));
    const kek = crypto.secret('kek', bytes(nextKek.kek));
    const names = {
      initiatorCert: bytes(inputs.initiatorCert),
      initiatorIssued: Buffer.from(inputs.initiatorIssued),
      targetCert: bytes(inputs.targetCert),
      targetIssued: Buffer.from(inputs.targetIssued),
    };
    const { kekEpoch: epoch, notBefore, notAfter } = nextKek;
    const kekHeader = { kekId: kekIdFromBytes(bytes(nextKek.kekId)), creatingInstance: instanceIdFromBytes(bytes(inputs.creatingInstance)), epoch, notBefore, notAfter };
    const signing = crypto.signingFromSeed(bytes(inputs.signingSeed)).secret;
    const block = createKekBlock(crypto, { names, header: kekHeader, kek, recipientKem: bytes(vectors.exchangeKey), signing });
    expect(hex(block ?? new Uint8Array())).toBe(nextKek.block);
    const context = {
      sender: peerIdFromBytes(bytes(inputs.sender)),
      recipient: peerIdFromBytes(bytes(inputs.recipient)),
      dialogId: dialogIdFromBytes(bytes(inputs.dialogId)),
      senderInstance: instanceIdFromBytes(bytes(inputs.senderInstance)),
      kekId: kekHeader.kekId,
    };
    const header = { dskId: dskIdFromBytes(bytes(inputs.dskId)), epoch: inputs.dskEpoch, firstSequence: inputs.firstSequence, compromise: false };
    expect(hex(encodeDskHeader(header, wrapDsk(crypto, kek, context, header, crypto.secret('dsk-send', bytes(inputs.dsk)))))).toBe(nextKek.dskHeader);
    for (const each of takeovers) {
      const dsk = crypto.secret('dsk-send', bytes(each.dsk));
      const kind = each.kind === 2 ? { compromise: true } : { compromise: false, again: true };
      const taken = { dskId: dskIdFromBytes(bytes(each.dskId)), epoch: each.dskEpoch, firstSequence: each.firstSequence, ...kind };
      const made = encodeDskHeader(taken, wrapDsk(crypto, kek, context, taken, dsk));
      expect(hex(made)).toBe(each.dskHeader);
      expect(parseDskHeader(Buffer.from(made), 0)).toEqual(taken);
      const parts = { dialogId: context.dialogId, senderInstance: context.senderInstance, key: dsk };
      const state = createSealState({ block: { bytes: bytes(nextKek.block), hash: crypto.sha256(bytes(nextKek.block)) }, dskHeader: { bytes: made, hash: crypto.sha256(made) }, ...parts });
      const plaintext = Buffer.concat([bytes(inputs.blind), bytes(vectors.messages[0]?.content ?? '')]);
      const sealed = sealMessage(crypto, state, { control: false, sequence: each.sequence, time: each.time, plaintext }, bytes(each.salt));
      expect(hex(sealed)).toBe(each.bytes);
    }
  });

  it('protocol.md §7: … and the same running digest', async () => {
    const crypto = await scripted();
    const people = [peerIdFromBytes(bytes(inputs.sender)), peerIdFromBytes(bytes(inputs.recipient))] as const;
    let digest = firstDigest(crypto, people, dialogIdFromBytes(bytes(inputs.dialogId)), instanceIdFromBytes(bytes(inputs.senderInstance)));
    const digests = [hex(digest)];
    const contents = [encodeContent({ kind: 'title', title: 'Holiday' }), ...vectors.messages.slice(0, 2).map((each) => bytes(each.content ?? ''))];
    for (const [index, content] of contents.entries()) {
      digest = nextDigest(crypto, digest, index + 1, Buffer.concat([bytes(inputs.blind), content]));
      digests.push(hex(digest));
    }
    expect(digests).toEqual(vectors.transcript);
    // Over two places that are lost for both people.
    let over = bytes(vectors.transcript[1] ?? '');
    const overGap = digests.slice(0, 2);
    for (const sequence of [2, 3]) overGap.push(hex((over = Buffer.from(gapDigest(crypto, over, sequence)))));
    overGap.push(hex(nextDigest(crypto, over, 4, Buffer.concat([bytes(inputs.blind), contents[2] ?? Buffer.alloc(0)]))));
    expect(overGap).toEqual(vectors.transcriptOverGap);
  });
});

describe('the vectors of a standing', () => {
  it('A38 A39: the engine makes the same start token and the same first word of a session', async () => {
    const crypto = await scripted();
    const { standing } = vectors;
    const instance = { signing: crypto.signingFromSeed(bytes(inputs.signingSeed)) };
    // Nothing else of a device is looked at.
    const maker = { instanceId: instanceIdFromBytes(bytes(inputs.senderInstance)), instance } as unknown as Parameters<typeof createStartToken>[1];
    expect(hex(createStartToken(crypto, maker, standing.time))).toBe(standing.startToken);
    const streams = standing.streams.map((each) => ({ ...each, dialogId: dialogIdFromBytes(bytes(each.dialogId)), digest: bytes(each.digest) }));
    const parts = { startToken: bytes(standing.startToken), heardToken: bytes(standing.heardToken), list: new Uint8Array(0), streams, last: standing.last };
    expect(hex(encodeStanding(parts))).toBe(standing.bytes);
  });
});

describe('the twin', () => {
  beforeAll(() => twin.ready);

  it('S1-48: opens every message of a real conversation alone, in any order, with nothing cached', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'Holiday' });
    alice.say(bob, dialogId, 'one');
    alice.engine.shift(alice.dialog(bob, dialogId), 'hand');
    alice.restart();
    alice.say(bob, dialogId, 'two');
    const sealed = alice.pending(bob);
    bob.receive(alice, ...sealed);
    const keys = (from: typeof alice, to: typeof alice) => ({
      sender: Buffer.from(peerBytes(from.peerId)),
      recipient: Buffer.from(peerBytes(to.peerId)),
      signer: from.person.local.instance.credential.signingKey,
      exchangeSecret: to.person.local.exchange.current.kem.bytes,
    });
    const opened = sealed.reverse().map((each) => twin.openMessage(Buffer.from(each), keys(alice, bob)));
    expect(opened.map((each) => Number(each.sequence))).toEqual([3, 2, 1]);
    expect(opened.map((each) => parseContent(each.content.subarray(16)))).toEqual([{ kind: 'text', text: 'two' }, { kind: 'text', text: 'one' }, { kind: 'title', title: 'Holiday' }]);
    const [acknowledgement] = bob.acknowledgements(alice).map((each) => twin.openMessage(Buffer.from(each), keys(bob, alice)));
    const control = parseControl(acknowledgement?.content.subarray(16) ?? new Uint8Array());
    const digests = twin.transcript(
      [Buffer.from(peerBytes(alice.peerId)), Buffer.from(peerBytes(bob.peerId))],
      Buffer.from(dialogId, 'hex'),
      Buffer.from(alice.person.local.instanceId, 'hex'),
      opened.reverse().map((each) => each.content),
    );
    expect(control).toMatchObject({ cumulative: 3, stream: alice.person.local.instanceId, receiving: bob.person.local.instanceId });
    expect(control?.kind === 'acknowledgement' && hex(control.digest)).toBe(digests.at(-1)?.toString('hex'));
    settle(alice, bob);
  });
});

function peerBytes(peerId: string): Uint8Array {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  const bits = [...peerId].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Uint8Array.from({ length: 32 }, (_, index) => Number.parseInt(bits.slice(index * 8, index * 8 + 8), 2));
}
