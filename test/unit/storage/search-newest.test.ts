import { describe, expect, it } from 'vitest';
import { handle } from '../../contract/storage/rows';
import { opened } from './searched';

describe('words of the newest messages and of those behind them', () => {
  it('are found the same among the newest, which are kept in memory, behind them, and across, whatever is changed, undone or taken back', () => {
    const { db, stores, say, found } = opened();
    const add = (from: number, to: number) => db.transaction(() => {
      for (let n = from; n <= to; n += 1) say(n, `word${n} ${n % 2 === 0 ? 'even' : 'odd'} ${n % 500 === 0 ? 'needle Ёлка 🦉' : ''}`, 1 + (n % 3));
    });
    const down = (from: number, take: (n: number) => boolean, limit = 50) => Array.from({ length: from }, (_, at) => from - at).filter(take).slice(0, limit);
    const gone = new Set<number>();
    const same = (last: number) => {
      const is = (take: (n: number) => boolean) => (n: number) => !gone.has(n) && take(n);
      expect(found('wor')).toEqual(down(last, is(() => true)));
      expect(found('odd wo', { limit: 700 })).toEqual(down(last, is((n) => n % 2 === 1), 700));
      expect(found('needle')).toEqual(down(last, is((n) => n % 500 === 0)));
      expect(found('🦉 елк')).toEqual(down(last, is((n) => n % 500 === 0)));
      expect(found('even', { conversationId: handle(2) })).toEqual(down(last, is((n) => n % 6 === 4)));
      expect(found('wo', { before: handle(150), limit: 120 })).toEqual(down(149, is(() => true), 120));
      expect(found('even wo', { before: handle(1_200), conversationId: handle(1) })).toEqual(down(1_199, is((n) => n % 6 === 0)));
    };
    add(1, 1_400);
    same(1_400);
    while (stores.search.remember(300));
    same(1_400);
    add(1_401, 1_500);
    for (const n of [3, 1_000, 1_499]) {
      db.prepare('DELETE FROM messages WHERE message_id = ?').run([handle(n)]);
      gone.add(n);
    }
    same(1_500);
    expect(() => db.transaction(() => {
      say(9_999, 'wor needle');
      found('wor');
      throw new Error('undone');
    })).toThrow('undone');
    same(1_500);
    // More than are looked at while somebody waits, with older ones gone among them.
    add(1_501, 2_600);
    db.prepare('DELETE FROM messages WHERE message_id = ?').run([handle(1_400)]);
    gone.add(1_400);
    same(2_600);
    while (stores.search.remember(300));
    same(2_600);
  });

  it('are found by the next way where one was gone far enough in vain', () => {
    const { db, stores, say, found } = opened(false);
    const add = (from: number, to: number, text: string, where: number) => db.transaction(() => {
      for (let n = from; n <= to; n += 1) say(n, text, where);
    });
    const down = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, at) => from - at);
    // What the newest say so often that the other word is looked through for it, none of whose newest has it.
    add(1, 20, 'anchor zebra', 1);
    add(21, 500, 'anchor', 1);
    add(501, 720, 'zebra', 2);
    while (stores.search.remember(300));
    expect(found('anchor ze')).toEqual(down(20, 1));
    // Inside a transaction the index is asked, and not the memory.
    expect(db.transaction(() => found('anchor ze'))).toEqual(down(20, 1));
    // More that has to be taken apart to words, in the middle of a conversation, than it is looked through for as a whole.
    add(800, 1_450, 'ёлка', 3);
    add(1_451, 1_460, 'needle', 3);
    add(1_461, 1_600, 'hay', 3);
    expect(found('needle', { conversationId: handle(3) })).toEqual(down(1_460, 1_451));
    expect(found('елк', { conversationId: handle(3), before: handle(1_000), limit: 20 })).toEqual(down(999, 980));
    expect(found('hay', { conversationId: handle(3), before: handle(1_470) })).toEqual(down(1_469, 1_461));
  });
});
