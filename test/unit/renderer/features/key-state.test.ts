import { describe, expect, it } from 'vitest';
import { keyState } from '../../../../renderer/features/keys/key-state';
import { bladePath } from '../../../../renderer/ui/key-cut-path';
import { makeContact, noKeys } from '../../../preview/fake-world';
import { busyKeys } from '../../../preview/scenes';

const now = 1_800_000_000_000;
const bo = makeContact('Bo');

describe('the Keys fact', () => {
  it('is none before the first message, fresh after it', () => {
    expect(keyState(undefined, bo, false, now)).toBe('none');
    expect(keyState(noKeys(), bo, false, now)).toBe('none');
    expect(keyState(busyKeys(now), bo, false, now)).toBe('fresh');
  });

  it('is due when time, messages or bytes are used up; a limit of 0 never is', () => {
    const status = busyKeys(now);
    const { sending, policy } = status;
    if (sending === null) throw new Error('no key');
    expect(keyState({ ...status, sending: { ...sending, shiftsBy: now } }, bo, false, now)).toBe('due');
    expect(keyState({ ...status, sending: { ...sending, messages: policy.afterMessages } }, bo, false, now)).toBe('due');
    expect(keyState({ ...status, sending: { ...sending, bytes: policy.afterBytes } }, bo, false, now)).toBe('due');
    expect(keyState({ ...status, policy: { ...policy, afterMessages: 0, afterBytes: 0 }, sending: { ...sending, messages: 1e6, bytes: 1e9 } }, bo, false, now)).toBe('fresh');
  });

  it.each(['changed', 'frozen', 'unknown-key'] as const)('needs the person while they are %s, whatever the key is like', (who) => {
    expect(keyState(busyKeys(now), makeContact('Bo', { who }), true, now)).toBe('needs');
  });

  it('another key has another blade', () => {
    expect(bladePath('a3f01c8e')).not.toBe(bladePath('a3f01c8f'));
    expect(bladePath('zz')).toMatch(/^M[-\d. LHVlZ]+$/);
  });
});
