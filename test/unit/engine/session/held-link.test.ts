import { describe, expect, it } from 'vitest';
import { HeldLink } from '../../../../electron/engine/session/held-link';

const KIB = 1024;

/** A link behind one that holds back, and what it was asked to send. */
function held() {
  const sent: number[] = [];
  const told = { held: 0, drained: 0 };
  const link = { takesMore: true, send: (bytes: Uint8Array) => (sent.push(bytes.length), link.takesMore) };
  const holding = new HeldLink(link, () => (told.held += 1), () => (told.drained += 1));
  return { holding, link, sent, told };
}

describe('records that wait for a commit', () => {
  it('S3-26: go when they may, in their order, and no more of them', () => {
    const { holding, sent, told } = held();
    expect([1, 2, 3].map((length) => holding.send(new Uint8Array(length)))).toEqual([true, true, true]);
    expect([holding.count, told.held, sent]).toEqual([3, 3, []]);
    holding.letGo(2);
    expect(sent).toEqual([1, 2]);
    holding.letGo(2);
    holding.letGo(1);
    expect(sent).toEqual([1, 2]);
    holding.send(new Uint8Array(4));
    holding.letGo(4);
    expect([sent, told.drained]).toEqual([[1, 2, 3, 4], 0]);
  });

  it('S3-26: 256 KiB are too many, and there is room again below that', () => {
    const { holding, told } = held();
    expect(holding.send(new Uint8Array(256 * KIB - 1))).toBe(true);
    expect(holding.send(new Uint8Array(1))).toBe(false);
    expect(holding.send(new Uint8Array(256 * KIB))).toBe(false);
    holding.letGo(2);
    expect(told.drained).toBe(0);
    holding.letGo(3);
    expect(told.drained).toBe(1);
    holding.letGo(3);
    expect(told.drained).toBe(1);
  });

  it('a link behind it that is full itself tells of room when it has some', () => {
    const { holding, link, told } = held();
    holding.send(new Uint8Array(256 * KIB));
    link.takesMore = false;
    holding.letGo(1);
    expect(told.drained).toBe(0);
  });

  it('at the end all go and nothing waits, until it begins again', () => {
    const { holding, link, sent, told } = held();
    holding.send(new Uint8Array(1));
    holding.end();
    link.takesMore = false;
    expect([holding.send(new Uint8Array(2)), sent, told.held]).toEqual([false, [1, 2], 1]);
    holding.again();
    expect([holding.send(new Uint8Array(3)), sent]).toEqual([true, [1, 2]]);
    holding.letGo(3);
    expect(sent).toEqual([1, 2, 3]);
  });
});
