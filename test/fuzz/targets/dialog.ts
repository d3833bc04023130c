import { encodeContent, parseContent } from '../../../electron/engine/dialog/content';
import { encodeControl, parseControl } from '../../../electron/engine/dialog/control';
import { encodeShortForm, ShortMessage } from '../../../electron/engine/dialog/short-form';
import { spanOfMessage } from '../../../electron/engine/dialog/message-layout';
import { encodeStanding, parseStanding } from '../../../electron/engine/dialog/standing';
import { dialogIdFromBytes, instanceIdFromBytes } from '../../../electron/engine/wire/ids';
import { Forger } from '../../support/dialog-forge';
import { type Device, newPair } from '../../support/dialog-kit';
import { assertSame, type Target } from '../target';

/** Whole messages from an authenticated contact: whatever is changed, nothing is delivered and nothing is written (S1-34, A05). */
export async function messages(): Promise<Target> {
  // Enough private-key operations that the budget is not what stops every input.
  const { crypto, alice, bob } = await newPair({ limits: { decapsulations: 1_000_000_000 } });
  const forger = new Forger(crypto, alice.person, bob.person);
  const block = forger.block();
  const seeds = [forger.message(1, 'x', { block }), forger.message(2, 'y'.repeat(300), { block }), forger.message(1, 'z', { block, control: true })];
  const before = bob.snapshot();
  return {
    name: 'message',
    seeds,
    run(bytes) {
      if (seeds.some((seed) => Buffer.compare(seed, bytes) === 0)) return 'unchanged';
      const [outcome] = bob.receive(alice, bytes);
      if (outcome?.kind !== 'rejected') throw new Error(`a changed message was ${outcome?.kind}`);
      return outcome.reason;
    },
    check() {
      if (bob.snapshot() !== before) throw new Error('a refused message changed a row');
      if (bob.sink.events.length > 0) throw new Error('a refused message was told to somebody');
    },
  };
}

/** Short forms of messages that are here already: nothing new can come of them, only what is known, refused or asked for (S1-47). */
export async function shortForms(): Promise<Target> {
  const { crypto, alice, bob } = await newPair();
  const forger = new Forger(crypto, alice.person, bob.person);
  const block = forger.block();
  const canonical = [1, 2, 3].map((sequence) => forger.message(sequence, 'x'.repeat(sequence * 40), { block }));
  bob.receive(alice, ...canonical);
  const state = (): string => bob.snapshot().replaceAll('"acknowledgement_due":1', '"acknowledgement_due":0');
  const before = state();
  const events = bob.sink.events.length;
  return {
    name: 'short-form',
    seeds: canonical.map((message) => {
      const bytes = Buffer.from(message);
      const span = spanOfMessage(bytes);
      if (!span) throw new Error('not a message');
      const headers = [bytes.subarray(span.block.at, span.block.end), bytes.subarray(span.dskAt, span.dialogAt)].map((each) => crypto.sha256(each).subarray(0, 16));
      return encodeShortForm(bytes, span, Buffer.concat(headers));
    }),
    run(bytes) {
      const [outcome] = bob.engine.receive(alice.person.chain, [new ShortMessage(bytes)]);
      if (outcome?.kind !== 'rejected' && outcome?.kind !== 'wanted' && outcome?.kind !== 'duplicate') throw new Error(`a changed short form was ${outcome?.kind}`);
      return outcome.kind === 'rejected' ? outcome.reason : outcome.kind;
    },
    check() {
      if (state() !== before) throw new Error('a short form changed a row');
      if (bob.sink.events.length > events) throw new Error('a short form was told to somebody');
    },
  };
}

/** Authentic messages whose plaintext is anything at all: one place in the order each, never a fault (A09). */
export async function plaintexts(): Promise<Target> {
  const { crypto, alice, bob } = await newPair({ limits: { decapsulations: 1_000_000_000 } });
  const forger = new Forger(crypto, alice.person, bob.person);
  const block = forger.block();
  let sequence = 0;
  const deliver = (device: Device, plaintext: Uint8Array): string => {
    sequence += 1;
    const [outcome] = device.receive(alice, forger.message(sequence, '', { block, plaintext }));
    if (outcome?.kind !== 'delivered') throw new Error(`authentic bytes were ${outcome?.kind === 'rejected' ? outcome.reason : outcome?.kind}`);
    const last = device.sink.events.at(-1);
    device.sink.events = [];
    return last?.type === 'delivered' ? last.content.kind : (last?.type ?? 'nothing');
  };
  return {
    name: 'plaintext',
    seeds: contents().map((each) => Buffer.concat([Buffer.alloc(16), each])),
    // c is 16 bytes; shorter ones are no plaintext at all and refused before.
    run: (bytes) => deliver(bob, Buffer.concat([bytes.subarray(0, 30_000), Buffer.alloc(Math.max(0, 16 - bytes.length))])),
  };
}

/** What is read as content is written back to the same bytes. */
export function content(): Target {
  return {
    name: 'content',
    seeds: contents(),
    run(bytes) {
      const parsed = parseContent(bytes);
      if (!parsed) return 'no content';
      const said = parsed.kind === 'again' ? parsed.content : parsed;
      if (said.kind !== 'unsupported') assertSame(encodeContent(parsed), bytes, parsed.kind);
      return parsed.kind;
    },
  };
}

export function control(): Target {
  const acknowledgement = {
    kind: 'acknowledgement' as const,
    stream: instanceIdFromBytes(new Uint8Array(16).fill(0x01)),
    receiving: instanceIdFromBytes(new Uint8Array(16).fill(0x02)),
    cumulative: 7,
    bitmap: new Uint8Array([1, 2]),
    digest: new Uint8Array(32),
    kekFloor: 1,
    listVersion: 1,
    startToken: new Uint8Array(16),
    heardToken: new Uint8Array(16),
  };
  return {
    name: 'control',
    seeds: [encodeControl(acknowledgement), encodeControl({ ...acknowledgement, readUpTo: 5 }), encodeControl({ kind: 'failed', reason: 'key-rollback' }), encodeControl({ kind: 'closed' }), encodeControl({ kind: 'gap', stream: acknowledgement.stream, from: 3, to: 9 }), encodeControl({ kind: 'gap', stream: acknowledgement.stream, from: 3, to: 9, digests: { before: acknowledgement.digest, after: acknowledgement.digest } }), encodeControl({ kind: 'floors', floors: [{ creator: acknowledgement.stream, floor: 2 }, { creator: acknowledgement.receiving, floor: 1 }] })],
    run(bytes) {
      const parsed = parseControl(bytes);
      if (!parsed) return 'no control';
      if (parsed.kind !== 'unknown') assertSame(encodeControl(parsed), bytes, parsed.kind);
      return parsed.kind;
    },
  };
}

/** The first word of a session (protocol.md §7). */
export function standings(): Target {
  const stream = { dialogId: dialogIdFromBytes(new Uint8Array(16).fill(3)), cumulative: 4, highest: 6, control: 2, digest: new Uint8Array(32), failed: false };
  const standing = { startToken: new Uint8Array(16), heardToken: new Uint8Array(16), list: new Uint8Array(3), streams: [stream, stream], last: true };
  return {
    name: 'standing',
    seeds: [encodeStanding(standing), encodeStanding({ ...standing, list: new Uint8Array(), streams: [], last: false })],
    run(bytes) {
      const parsed = parseStanding(bytes);
      if (!parsed) return 'no standing';
      assertSame(encodeStanding(parsed), bytes, 'standing');
      return 'standing';
    },
  };
}

/** The layout alone, at full speed: what it accepts fills the message exactly (A01, A02). */
export async function layout(): Promise<Target> {
  const { crypto, alice, bob } = await newPair();
  const forger = new Forger(crypto, alice.person, bob.person);
  return {
    name: 'layout',
    seeds: [forger.message(1, 'x'), forger.message(1, 'z', { control: true })],
    run(bytes) {
      const span = spanOfMessage(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
      if (!span) return 'no message';
      const { block, dskAt, dialogAt, bodyAt } = span;
      const rises = block.at < block.signatureAt && block.signatureAt < block.headerAt && block.headerAt < block.end && block.end === dskAt && dskAt < dialogAt && dialogAt < bodyAt && bodyAt < bytes.length;
      if (!rises) throw new Error('sections overlap');
      if (!Number.isSafeInteger(span.sequence) || span.sequence < 1 || !Number.isSafeInteger(span.time)) throw new Error('a number out of range');
      return span.control ? 'control' : 'message';
    },
  };
}

function contents(): Uint8Array[] {
  const ref = { instanceId: instanceIdFromBytes(new Uint8Array(16).fill(0x0a)), sequence: 3 };
  return [
    encodeContent({ kind: 'text', text: 'hello 👋' }),
    encodeContent({ kind: 'text', text: 'yes', replyTo: ref }),
    encodeContent({ kind: 'edit', target: ref, revision: 1, text: 'changed' }),
    encodeContent({ kind: 'delete', target: ref }),
    encodeContent({ kind: 'reaction', target: ref, revision: 1, emoji: '🫶🏽', remove: false }),
    encodeContent({ kind: 'text', text: 'soon gone', disappearAfter: 60 }),
    encodeContent({ kind: 'file-offer', transferId: new Uint8Array(16), name: 'a.txt', size: 12, hash: new Uint8Array(32), mediaType: 'text/plain', key: new Uint8Array(32), text: 'Here' }),
    encodeContent({ kind: 'timer', revision: 1, seconds: 60 }),
    encodeContent({ kind: 'title', title: 'Plans' }),
    encodeContent({ kind: 'title', title: 'Other plans', revision: 2 }),
    encodeContent({ kind: 'again', original: ref, sentAt: 5, content: { kind: 'text', text: 'once more' } }),
  ];
}
