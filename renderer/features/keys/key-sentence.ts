import type { KeyStatus } from '../../../shared/model/keys';
import type { Text } from '../../i18n/use-text';

export interface SentenceFacts {
  /** Ready to stand in a sentence. */
  readonly name: string;
  readonly needsPerson: boolean;
  readonly failed: boolean;
  /** "every hour" */
  readonly rhythm: string;
  readonly age: (since: number) => string;
}

/** The one sentence on top of the tab. */
export function keySentence(status: KeyStatus, { name, needsPerson, failed, rhythm, age }: SentenceFacts, text: Text): string {
  if (failed) return text('keys.sentence.failed');
  if (needsPerson) return text('keys.sentence.needs');
  if (!status.transcript.equal) return text('keys.sentence.differs', { name });
  const theirs = status.receiving.reduce((newest, key) => Math.max(newest, key.since), 0);
  if (status.sending === null) return theirs === 0 ? text('keys.sentence.none', { rhythm }) : text('keys.sentence.theirs', { name, theirs: age(theirs) });
  if (theirs === 0) return text('keys.sentence.own', { rhythm, own: age(status.sending.since), name });
  // A first key renews nothing.
  const isFirst = status.receiving.every((key) => key.epoch === 1);
  return text(isFirst ? 'keys.sentence.first' : 'keys.sentence.both', { rhythm, name, theirs: age(theirs) });
}
