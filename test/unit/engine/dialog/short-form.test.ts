import { beforeAll, describe, expect, it } from 'vitest';
import { HeaderCache } from '../../../../electron/engine/exchange/header-cache';
import { spanOfMessage } from '../../../../electron/engine/dialog/message-layout';
import { encodeShortForm, expandingRoom, expandShortForm, maxShortFormBytes, ShortMessage, shortFormBytes } from '../../../../electron/engine/dialog/short-form';
import { ShortSending } from '../../../../electron/engine/dialog/short-sending';
import type { DialogId } from '../../../../electron/engine/ids';
import * as twin from '../../../reference/dialog-twin';
import { Device, newPair, person, settle, testCrypto } from '../../../support/dialog-kit';
import vectors from '../../../vectors/dialog.json';

beforeAll(() => twin.ready);

const hex = (value: Uint8Array): string => Buffer.from(value).toString('hex');
const raw = (text: string): Buffer => Buffer.from(text, 'hex');

function short(canonical: Uint8Array): Buffer {
  return twin.shortForm(Buffer.from(canonical));
}

/** What the receiver does with a short form alone. */
function receiveShort(at: Device, from: Device, bytes: Uint8Array) {
  return at.engine.receive(from.person.chain, [new ShortMessage(bytes)])[0];
}

/** A dialog whose headers Bob has, and a message he has not had. */
async function warm(): Promise<{ alice: Device; bob: Device; dialogId: DialogId; canonical: Buffer }> {
  const { alice, bob } = await newPair();
  const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
  settle(alice, bob);
  alice.say(bob, dialogId, 'warm');
  const [canonical] = alice.pending(bob);
  if (!canonical) throw new Error('nothing to send');
  return { alice, bob, dialogId, canonical: Buffer.from(canonical) };
}

describe('the short form', () => {
  it('S1-27 S1-55: is what the vectors say, byte for byte, and 120 bytes over the padded body', () => {
    expect(vectors.shortForm.overhead).toBe(shortFormBytes);
    for (const each of vectors.shortForm.messages) {
      const canonical = raw(vectors.messages.find(({ name }) => name === each.message)?.bytes ?? '');
      const span = spanOfMessage(canonical);
      if (!span) throw new Error('not a message');
      expect(hex(encodeShortForm(canonical, span, raw(vectors.shortForm.headers)))).toBe(each.bytes);
      expect(raw(each.bytes).length).toBe(shortFormBytes + canonical.readUInt32BE(span.bodyAt - 4));
      const known = { blocks: [raw(vectors.block)], dskHeaders: [raw(vectors.dskHeader)] };
      expect(twin.fromShortForm(raw(each.bytes), known)?.equals(canonical)).toBe(true);
    }
  });

  it('S1-27: costs no key work beyond the one AEAD call, and leaves what the self-contained form leaves', async () => {
    const { alice, bob, canonical } = await warm();
    bob.crypto.meter.reset();
    expect(receiveShort(bob, alice, short(canonical))).toMatchObject({ kind: 'delivered', count: 1 });
    expect(bob.crypto.meter.read()).toMatchObject({ open: 1, seal: 0, verify: 0, kemDecaps: 0, kekUnwrap: 0, dskUnwrap: 0 });
    // Counted as what it stands for, so that both sides count alike.
    const counted = (device: Device, column: string, table: string) => device.db.prepare(`SELECT ${column} AS n FROM ${table}`).get();
    expect(counted(bob, 'bytes', 'receiving_keys')).toEqual(counted(alice, 'epoch_bytes', 'sending_streams'));
    expect(bob.receive(alice, canonical)[0]?.kind).toBe('duplicate');
    expect(receiveShort(bob, alice, short(canonical))?.kind).toBe('duplicate');
  });

  it('S1-47 A11: headers that are not there are asked for, and nothing else happens', async () => {
    const { alice, bob, canonical } = await warm();
    bob.restart();
    const before = bob.snapshot();
    const form = short(canonical);
    expect(receiveShort(bob, alice, form)).toEqual({ kind: 'wanted', headers: new Uint8Array(form.subarray(44, 76)) });
    expect(bob.snapshot()).toBe(before);
    expect(bob.receive(alice, canonical)[0]?.kind).toBe('delivered');
  });

  it('S1-47: a batch brings headers and short forms under them together', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    alice.say(bob, dialogId, 'one');
    alice.say(bob, dialogId, 'two');
    const [first, ...others] = alice.pending(bob);
    if (!first) throw new Error('nothing to send');
    const outcomes = bob.engine.receive(alice.person.chain, [first, ...others.map((each) => new ShortMessage(short(each)))]);
    expect(outcomes.map((each) => each.kind)).toEqual(['delivered', 'delivered', 'delivered']);
  });

  it('A14 S1-47: the caches of one person answer for nobody else', async () => {
    const { alice, bob, canonical } = await warm();
    const carol = new Device(await testCrypto(), await person('Carol')).knows(bob);
    bob.knows(carol);
    expect(receiveShort(bob, carol, short(canonical))?.kind).toBe('wanted');
    expect(receiveShort(bob, alice, short(canonical))?.kind).toBe('delivered');
  });

  it('S1-10 A05: whichever bit of a short form changes, nothing is delivered and nothing changes', async () => {
    const { alice, bob, canonical } = await warm();
    const form = short(canonical);
    const before = bob.snapshot();
    for (let bit = 0; bit < form.length * 8; bit += 1) {
      const changed = Buffer.from(form);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(receiveShort(bob, alice, changed)?.kind, `bit ${bit}`).toMatch(/rejected|wanted|duplicate/);
    }
    expect(bob.snapshot()).toBe(before);
    expect(receiveShort(bob, alice, form)?.kind).toBe('delivered');
  });

  it('A01 A02 A04: what is no short form is refused before anything is looked up or asked for', async () => {
    const { alice, bob, canonical } = await warm();
    const form = short(canonical);
    const before = bob.snapshot();
    const changed = (at: number, value: number): Buffer => {
      const copy = Buffer.from(form);
      copy[at] = value;
      return copy;
    };
    const junk = [
      new Uint8Array(),
      form.subarray(0, form.length - 1),
      Buffer.concat([form, Buffer.of(0)]),
      form.subarray(0, shortFormBytes),
      Buffer.alloc(maxShortFormBytes + 1),
      changed(0, 3),
      changed(43, 2),
      changed(43, 1),
      changed(108, 0x80),
      canonical,
    ];
    const longer = Buffer.concat([form.subarray(0, shortFormBytes), Buffer.alloc(maxShortFormBytes + 1 - shortFormBytes)]);
    longer.writeUInt32BE(longer.length - shortFormBytes, shortFormBytes - 4);
    // As well where it names headers that nobody has.
    for (const bytes of [longer, ...junk.slice(1, -3)]) junk.push(Buffer.from(bytes).fill(0x77, 44, 76));
    for (const [index, bytes] of junk.entries()) expect(receiveShort(bob, alice, bytes), `${index}`).toEqual({ kind: 'rejected', reason: 'preamble' });
    expect(bob.snapshot()).toBe(before);
  });

  it('A11: 16 bytes only look something up: under another header with the same ones the tag fails; two of them are wanted', async () => {
    const { alice, bob, dialogId, canonical } = await warm();
    alice.engine.shift(alice.dialog(bob, dialogId), 'hand');
    alice.say(bob, dialogId, 'under another key');
    const other = Buffer.from(alice.pending(bob).at(-1) ?? []);
    const [mine, its] = [canonical, other].map((bytes) => spanOfMessage(bytes));
    if (!mine || !its) throw new Error('not a message');
    const form = short(canonical);
    const wipe = (): void => undefined;
    // No two real headers are alike in 16 bytes of SHA-256: here they are said to be. Only bytes and hash are looked at.
    const entry = (bytes: Buffer, hash: Buffer) => ({ bytes, hash, wipe });
    const cacheOf = (...entries: ReturnType<typeof entry>[]) => {
      const cache = new HeaderCache<ReturnType<typeof entry>>(8);
      for (const each of entries) cache.add(each, 0);
      return cache;
    };
    const reference = (at: number): Buffer => Buffer.concat([form.subarray(at, at + 16), Buffer.alloc(16, at)]);
    const block = entry(canonical.subarray(44, mine.dskAt), reference(44));
    const right = entry(canonical.subarray(mine.dskAt, mine.dialogAt + 32), reference(60));
    const wrong = entry(other.subarray(its.dskAt, its.dialogAt + 32), reference(60));
    const expand = (...dsks: ReturnType<typeof entry>[]) => expandShortForm({ blocks: cacheOf(block), dsks: cacheOf(...dsks) }, form, expandingRoom());

    const expanded = expand(right);
    expect(expanded && 'bytes' in expanded && expanded.bytes.equals(canonical)).toBe(true);
    expect(expand(right, wrong)).toEqual({ wanted: new Uint8Array(form.subarray(44, 76)) });
    const misled = expand(wrong);
    if (!misled || !('bytes' in misled)) throw new Error('it was found');
    const before = bob.snapshot();
    expect(bob.receive(alice, misled.bytes)[0]).toEqual({ kind: 'rejected', reason: 'tag' });
    expect(bob.snapshot()).toBe(before);
    expect(bob.receive(alice, canonical)[0]?.kind).toBe('delivered');
  });
});

describe('the sending half', () => {
  it('S1-27: each pair of headers goes once in full; also when more are in use than it remembers', async () => {
    const { alice, bob } = await newPair();
    const dialogs = Array.from({ length: 70 }, () => alice.engine.open(bob.peerId, { title: 'x' }));
    for (const dialogId of dialogs) alice.say(bob, dialogId, 'second');
    const sending = new ShortSending(alice.crypto);
    const outbound = alice.engine.pending(bob.peerId, { limit: 1_000 });
    expect(outbound.map((each) => sending.encode(each).kind)).toEqual(outbound.map(() => 'message'));
    const last = outbound.slice(-64);
    const forms = last.map((each) => sending.encode(each));
    expect(forms.map((each) => each.kind)).toEqual(last.map(() => 'short-message'));
    expect(forms.map((each) => hex(each.bytes))).toEqual(last.map((each) => hex(short(each.bytes))));
  });

  it('S1-47: asked for a pair it gives that one in full; asked for three, everything; asked again, it does nothing', async () => {
    const { alice, bob } = await newPair();
    const dialogs = Array.from({ length: 4 }, () => alice.engine.open(bob.peerId, { title: 'x' }));
    const outbound = alice.engine.pending(bob.peerId, { limit: 1_000 });
    const sending = new ShortSending(alice.crypto);
    const kinds = (): string[] => outbound.map((each) => sending.encode(each).kind);
    const reference = (at: number): Uint8Array => short(outbound[at]?.bytes ?? new Uint8Array()).subarray(44, 76);
    expect(dialogs).toHaveLength(4);
    kinds();
    expect(kinds()).toEqual(['short-message', 'short-message', 'short-message', 'short-message']);
    expect(sending.wanted(reference(1))).toEqual([]);
    expect(sending.wanted(reference(1))).toBeUndefined();
    expect(kinds()).toEqual(['short-message', 'message', 'short-message', 'short-message']);
    expect(sending.wanted(reference(0).subarray(1))).toBeUndefined();
    expect(sending.wanted(Buffer.alloc(32))).toEqual([]);
    expect(kinds()).toEqual(['short-message', 'message', 'short-message', 'short-message']);
    expect(sending.wanted(reference(2))).toEqual([]);
    expect(kinds()).toEqual(['message', 'message', 'message', 'message']);
    expect(sending.wanted(reference(3))).toBeUndefined();
  });
});
