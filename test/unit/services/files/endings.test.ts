import { describe, expect, it } from 'vitest';
import { changeWhenOver } from '../../../../electron/services/files/endings';
import type { TransferRow } from '../../../../electron/services/ports/transfers';

const row: TransferRow = {
  transferId: '01'.repeat(16),
  messageId: '02'.repeat(16),
  conversationId: '03'.repeat(16),
  peerId: 'a'.repeat(52) as TransferRow['peerId'],
  direction: 'out',
  name: 'plan.pdf',
  size: 5,
  hash: new Uint8Array(32),
  mediaType: 'application/pdf',
  key: new Uint8Array(32),
  shown: 'file',
  have: 0,
  given: 0,
  wanted: false,
  paused: false,
  settled: true,
  addedAt: 1,
};

describe('whose doing it was that a file was called off', () => {
  it.each(['in', 'out'] as const)('%s: another own device told that it is over; that it was the other person is known once they say so', (direction) => {
    expect(changeWhenOver({ ...row, direction, ended: 'cancelled' }, 'cancelled')).toEqual({ cancelledBy: 'them', settled: true });
  });

  it.each(['me', 'them'] as const)('what is known already (%s) stays, whatever is said later', (cancelledBy) => {
    for (const reason of ['cancelled', 'done', 'altered', 'not-permitted'] as const) expect(changeWhenOver({ ...row, ended: 'cancelled', cancelledBy }, reason)).toBeUndefined();
  });

  it('no other word says that somebody called it off', () => {
    for (const reason of ['done', 'altered', 'too-large', 'not-permitted'] as const) {
      expect(changeWhenOver({ ...row, ended: 'cancelled' }, reason)).toBeUndefined();
      expect(changeWhenOver(row, reason)).not.toHaveProperty('cancelledBy');
    }
  });
});
