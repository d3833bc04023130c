import type { ErrorCode } from '../../../shared/errors';

export type FailureKind = 'damaged' | 'newer' | 'full' | 'disk' | 'inUse' | 'unreadable' | 'port' | 'listen' | 'selfTest' | 'other';

const kinds: Readonly<Partial<Record<ErrorCode, FailureKind>>> = {
  'vault.damaged': 'damaged',
  'vault.newer': 'newer',
  'disk.full': 'full',
  'disk.failed': 'disk',
  'profile.in-use': 'inUse',
  'profile.unreadable': 'unreadable',
  'port.in-use': 'port',
  'listen.malformed': 'listen',
  'self-test.failed': 'selfTest',
};

/** Which full-screen words belong to a code. */
export function failureKind(code: ErrorCode): FailureKind {
  return kinds[code] ?? 'other';
}
