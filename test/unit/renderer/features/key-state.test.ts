import { describe, expect, it } from 'vitest';
import { keyState } from '../../../../renderer/features/keys/key-state';
import { bladePath } from '../../../../renderer/ui/key-cut-path';
import { makeContact, noKeys } from '../../../preview/fake-world';
import { busyKeys } from '../../../preview/scenes';

const now = 1_800_000_000_000;
const calm = { contact: makeContact('Bo'), renewing: false, failed: false, now };

describe('the Keys fact', () => {
  it('is none before the first message, fresh after it', () => {
    expect(keyState(undefined, calm)).toBe('none');
    expect(keyState(noKeys(), calm)).toBe('none');
    expect(keyState(busyKeys(now), calm)).toBe('fresh');
  });

  it('is due when time, messages or bytes are used up; a limit of 0 never is', () => {
    const status = busyKeys(now);
    const { sending, policy } = status;
    if (sending === null) throw new Error('no key');
    expect(keyState({ ...status, sending: { ...sending, shiftsBy: now } }, calm)).toBe('due');
    expect(keyState({ ...status, sending: { ...sending, messages: policy.afterMessages } }, calm)).toBe('due');
    expect(keyState({ ...status, sending: { ...sending, bytes: policy.afterBytes } }, calm)).toBe('due');
    expect(keyState({ ...status, policy: { ...policy, afterMessages: 0, afterBytes: 0 }, sending: { ...sending, messages: 1e6, bytes: 1e9 } }, calm)).toBe('fresh');
  });

  it.each(['changed', 'frozen', 'unknown-key'] as const)('needs the person while they are %s, whatever the key is like', (who) => {
    expect(keyState(busyKeys(now), { ...calm, contact: makeContact('Bo', { who }), renewing: true })).toBe('needs');
  });

  it('another key has another blade', () => {
    expect(bladePath('a3f01c8e')).not.toBe(bladePath('a3f01c8f'));
    expect(bladePath('zz')).toMatch(/^M[-\d. LHVlZ]+$/);
  });
});
