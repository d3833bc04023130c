import type { KeyStatus, KeyTimeline } from '../../shared/model/keys';

type AtLeastOne<T> = readonly [T, ...T[]];

/**
 * What is shown as one conversation has keys for each dialog in it. Those of the one that is written in come first, the others beside them; what could not be read and whether both hold the
 * same is told of all of them: a history counts as the same only where every part of it does.
 */
export function statusTogether([first, ...others]: AtLeastOne<KeyStatus>): KeyStatus {
  if (others.length === 0) return first;
  const all = [first, ...others];
  const differing = all.find(({ transcript }) => !transcript.equal)?.transcript;
  return {
    ...first,
    transcript: differing ?? { ...first.transcript, shown: sum(all.map(({ transcript }) => transcript.shown)) },
    problems: all.flatMap(({ problems }) => problems).sort((one, other) => one.since - other.since),
    also: others.map(({ sending, receiving }) => ({ sending, receiving })),
  };
}

/** The lives of the keys of the one that is written in, those of the others beside them; what somebody would gain who takes this device, of all. */
export function timelineTogether([first, ...others]: AtLeastOne<KeyTimeline>): KeyTimeline {
  if (others.length === 0) return first;
  const exposures = [first, ...others].map(({ exposure }) => exposure);
  const since = exposures.flatMap(({ recordedSince }) => recordedSince ?? []);
  return {
    ...first,
    also: others.map(({ generations }) => generations),
    exposure: {
      ...first.exposure,
      stored: sum(exposures.map(({ stored }) => stored)),
      recordedSince: since.length === 0 ? null : Math.min(...since),
      recorded: sum(exposures.map(({ recorded }) => recorded)),
    },
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
