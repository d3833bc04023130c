import { describe, expect, it } from 'vitest';
import type { PeerId } from '../../../../electron/engine/ids';
import type { ConversationRow } from '../../../../electron/services/ports';
import { Together, type TogetherParts } from '../../../../electron/services/talk/together';

const peerId = 'p'.repeat(52) as PeerId;
const row = (id: string): ConversationRow => ({ conversationId: id, dialogId: id, peerId, contactId: 'c', title: '', state: 'open', unread: 0, createdAt: 1 }) as unknown as ConversationRow;

describe('two conversations that are to be one', () => {
  it('a disk that does not take it once ends nothing, and they are one with what is said next', async () => {
    const rows = new Map(['a', 'b'].map((id) => [id, row(id)]));
    let isFull = true;
    const failed: unknown[] = [];
    const parts: TogetherParts = {
      conversations: { byId: (id) => rows.get(id), ofPeer: () => [...rows.values()], put: (each) => void rows.set(each.conversationId, each) },
      logger: { warn: () => undefined },
      events: { emit: () => undefined, showAs: () => () => undefined },
      commit: (work) => {
        if (isFull) throw new Error('full');
        return work();
      },
    };
    const before = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => void failed.push(error));
    const together = new Together(parts);
    const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
    together.came(row('b'));
    together.said('b');
    await turn();
    isFull = false;
    together.said('b');
    await turn();
    process.removeAllListeners('uncaughtException');
    for (const each of before) process.on('uncaughtException', each);
    expect([failed, rows.get('b')?.continuedBy]).toEqual([[], 'a']);
    together.close();
  });
});
