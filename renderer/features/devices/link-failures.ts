import type { ErrorCode } from '../../../shared/errors';
import type { Text } from '../../i18n/use-text';

const kinds = {
  'device.digits-differ': 'differ',
  'device.link-expired': 'expired',
  'device.not-linking': 'expired',
  'device.link-refused': 'refused',
  'device.not-connected': 'unreachable',
  'device.link-lost': 'lost',
  'device.link-garbled': 'garbled',
  'device.link-newer': 'newer',
  'device.too-many': 'many',
  'device.not-certifier': 'certifier',
  'device.not-allowed': 'notAllowed',
  'device.not-answered': 'notAnswered',
} as const satisfies Partial<Record<ErrorCode, string>>;

type Kind = (typeof kinds)[keyof typeof kinds] | 'other';

function isKnown(code: ErrorCode): code is keyof typeof kinds {
  return code in kinds;
}

export interface LinkFailure {
  readonly title: string;
  readonly what: string;
  readonly safe: string;
  readonly next: string;
}

/** Why linking came to nothing, what is safe, and what to do next on this side. `sentence`: the error's own words, where there are no better ones. */
export function linkFailure(code: ErrorCode, side: 'existing' | 'new', text: Text, sentence: string): LinkFailure {
  const kind: Kind = isKnown(code) ? kinds[code] : 'other';
  return {
    title: text(`link.fail.${kind}`),
    what: kind === 'other' ? sentence : text(`link.fail.${kind}.what`),
    safe: text(`link.fail.${kind}.safe`),
    next: text(`link.fail.${kind}.${side}`),
  };
}
