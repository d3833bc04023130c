import { type PolicyPreset, policyPreset, policyPresets, type ShiftPolicy, type ShiftReason } from '../../../shared/model/keys';
import type { SendingRow } from './dialog-store';
import { maxEpoch, maxSequence } from './limits';

/** What a dialog has until somebody chooses something else. */
export const defaultPolicy: ShiftPolicy = policyPresets.standard;

/** The limit of its own use that the key in hand has reached, before one more message is sealed with it (S2-07, S2-08). `age` in ms. */
export function limitReached(policy: ShiftPolicy, row: SendingRow, age: number): ShiftReason | undefined {
  if (policy.afterMessages > 0 && row.epochMessages >= policy.afterMessages) return 'messages';
  if (policy.afterBytes > 0 && row.epochBytes >= policy.afterBytes) return 'bytes';
  if (policy.afterMilliseconds > 0 && age >= policy.afterMilliseconds) return 'time';
  return undefined;
}

/** Neither epochs nor sequences ever come near what their fields can hold (A26). */
export function isWornOut(row: SendingRow): boolean {
  return row.epoch >= maxEpoch || row.nextSequence > maxSequence || row.control >= maxSequence;
}

/** The name of these rules, if they have one. */
export function presetOf(policy: ShiftPolicy): PolicyPreset | 'custom' {
  return policyPreset.options.find((name) => isSame(policyPresets[name], policy)) ?? 'custom';
}

function isSame(a: ShiftPolicy, b: ShiftPolicy): boolean {
  // Both have the same keys: they were made by one schema.
  const values: Readonly<Record<string, unknown>> = b;
  return Object.entries(a).every(([name, value]) => values[name] === value);
}
