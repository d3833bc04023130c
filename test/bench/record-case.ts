import type { Duplex } from 'node:stream';
import type { Session, SessionItem } from '../../electron/engine/session/session';
import { interleaved, ratio, type Subject } from './measure';
import { type Report, type Row, spread } from './report';
import { newRecord, part, shakeHands, startPeer } from './session-keyshift';
import { TlsAnchor } from './session-tls';
import { loopback } from './session-wires';

const goal = { must: 0.8, moonshot: 1.5 };
/** What is written at once, by everybody: an item near the largest, or many of a short message's size. */
const large = 64 * 1024;
const small = 1024;

/**
 * Bytes in bulk one way over loopback, both ends in one thread, with back-pressure: from the first write until the last byte
 * has come out on the other side. `megabytes` for each measurement.
 */
export async function recordCase(runtime: string, rounds: number, megabytes = 64): Promise<Omit<Report, 'load'>> {
  const records = await Promise.all([newRecord('Alice'), newRecord('Bob')]);
  const [one, other] = records;
  const [alice, bob] = [await startPeer(one, other), await startPeer(other, one)];
  const wire = await loopback();
  const pair = await shakeHands(alice, bob, await wire.open());
  const tls = new TlsAnchor();
  const secured = await tls.shakeHands(await wire.open());
  const plain = await wire.open();
  const bytes = megabytes * 1_000_000;
  const subjects = {
    items: subject(megabytes, () => sendItems(pair.dialler, pair.listener, items(large, 1), bytes)),
    many: subject(megabytes, () => sendItems(pair.dialler, pair.listener, items(small, 64), bytes)),
    tls: subject(megabytes, () => write(secured.client, secured.server, large, bytes)),
    tcp: subject(megabytes, () => write(plain.dialler, plain.listener, large, bytes)),
  };
  try {
    const [items64 = [], many = [], secure = [], bare = []] = await interleaved([subjects.items, subjects.many, subjects.tls, subjects.tcp], rounds);
    const row = (work: string, name: string, own: readonly number[], anchor: readonly number[], judged: boolean): Row => ({
      work,
      part: name,
      own: spread(own),
      anchor: spread(anchor),
      ratio: ratio(anchor, own),
      ...(judged && { goal }),
    });
    const rows = [
      row('64 KiB items', 'against TLS 1.3', items64, secure, true),
      row('64 KiB items', 'against plain TCP', items64, bare, false),
      row('1 KiB items, 64 at once', 'against TLS 1.3, 64 KiB writes', many, secure, false),
      row('(TLS itself)', 'against plain TCP', secure, bare, false),
    ];
    return { runtime, work: 'megabyte, one way', rounds, against: 'same loopback', unit: 'MB/s', rows };
  } finally {
    await part(pair);
    await tls.part(secured);
    plain.dialler.destroy();
    plain.listener.destroy();
    alice.close();
    bob.close();
    wire.close();
  }
}

function subject(count: number, run: () => Promise<void>): Subject {
  return { name: 'bulk', count, run };
}

export function items(size: number, count: number): readonly SessionItem[] {
  return Array.from({ length: count }, (): SessionItem => ({ kind: 'message', bytes: new Uint8Array(size).fill(0x61) }));
}

/** As delivery does it: as much as the session takes, then wait until it takes more. */
export function sendItems(from: Session, to: Session, batch: readonly SessionItem[], bytes: number): Promise<void> {
  const size = batch.reduce((sum, item) => sum + ('bytes' in item ? item.bytes.length : 0), 0);
  return new Promise((resolve) => {
    let sent = 0;
    let got = 0;
    to.onItems((heard, giveBack) => {
      for (const item of heard) if (item.kind === 'message') got += item.bytes.length;
      giveBack();
      if (got >= sent && sent >= bytes) resolve();
    });
    const fill = (): void => {
      while (sent < bytes) {
        sent += size;
        if (!from.send(batch)) return;
      }
    };
    from.onDrain(fill);
    fill();
  });
}

export function write(from: Duplex, to: Duplex, size: number, bytes: number): Promise<void> {
  const chunk = Buffer.alloc(size, 0x61);
  return new Promise((resolve) => {
    let sent = 0;
    let got = 0;
    const take = (data: Buffer): void => {
      got += data.length;
      if (got < sent || sent < bytes) return;
      to.off('data', take);
      from.off('drain', fill);
      resolve();
    };
    const fill = (): void => {
      while (sent < bytes) {
        sent += size;
        if (!from.write(chunk)) return;
      }
    };
    to.on('data', take);
    from.on('drain', fill);
    fill();
  });
}
