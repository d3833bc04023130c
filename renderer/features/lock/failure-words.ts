import type { ErrorCode } from '../../../shared/errors';

export type FailureKind = 'damaged' | 'newer' | 'full' | 'disk' | 'inUse' | 'unreadable' | 'selfTest' | 'other';

const kinds: Readonly<Partial<Record<ErrorCode, FailureKind>>> = {
  'vault.damaged': 'damaged',
  'vault.newer': 'newer',
  'disk.full': 'full',
  'disk.failed': 'disk',
  'profile.in-use': 'inUse',
  'profile.unreadable': 'unreadable',
  'self-test.failed': 'selfTest',
};

/** Which full-screen words belong to a code. */
export function failureKind(code: ErrorCode): FailureKind {
  return kinds[code] ?? 'other';
}
