import type { PolicyPreset, ShiftPolicy } from './keys';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const mebibyte = 1024 * 1024;

/** The three sets of rules that have a name. Without schemas, so that a window can show them before it asks. */
export const policyPresets: Readonly<Record<PolicyPreset, ShiftPolicy>> = {
  standard: {
    afterMilliseconds: hour,
    afterMessages: 1_000,
    afterBytes: 256 * mebibyte,
    onPeerShift: true,
    peerShifts: 1,
    onDeviceChange: true,
    failAfterShifts: 100,
    failWithinMilliseconds: hour,
    staleAfterMilliseconds: 7 * day,
    staleAfterMessages: 1_000_000,
    whenStale: 'warn',
  },
  /** High risk. */
  frequent: {
    afterMilliseconds: 10 * minute,
    afterMessages: 10,
    afterBytes: 16 * mebibyte,
    onPeerShift: true,
    peerShifts: 1,
    onDeviceChange: true,
    failAfterShifts: 100,
    failWithinMilliseconds: hour,
    staleAfterMilliseconds: day,
    staleAfterMessages: 10_000,
    whenStale: 'fail',
  },
  relaxed: {
    afterMilliseconds: day,
    afterMessages: 10_000,
    afterBytes: 1024 * mebibyte,
    onPeerShift: false,
    peerShifts: 1,
    onDeviceChange: true,
    failAfterShifts: 100,
    failWithinMilliseconds: hour,
    staleAfterMilliseconds: 30 * day,
    staleAfterMessages: 1_000_000,
    whenStale: 'warn',
  },
};

/** The numbers of a policy: milliseconds, messages, bytes, renewals. */
export type PolicyNumber = { [K in keyof ShiftPolicy]: ShiftPolicy[K] extends number ? K : never }[keyof ShiftPolicy];

/** Least and most each number may be; where the least is 0, 0 switches that limit off. */
export const policyBounds: Readonly<Record<PolicyNumber, { readonly least: number; readonly most: number }>> = {
  afterMilliseconds: { least: 0, most: 366 * day },
  afterMessages: { least: 0, most: 1_000_000 },
  afterBytes: { least: 0, most: 2 ** 40 },
  peerShifts: { least: 1, most: 1_000 },
  failAfterShifts: { least: 0, most: 10_000 },
  failWithinMilliseconds: { least: minute, most: 366 * day },
  staleAfterMilliseconds: { least: 0, most: 366 * day },
  staleAfterMessages: { least: 0, most: 1_000_000_000 },
};
