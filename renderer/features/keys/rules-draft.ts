import type { ShiftPolicy } from '../../../shared/model/keys';
import { policyBounds, policyPresets, type PolicyNumber } from '../../../shared/model/shift-policies';

const durationUnits = { seconds: 1_000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const;
const sizeUnits = { kilobytes: 1024, megabytes: 1024 ** 2, gigabytes: 1024 ** 3 } as const;
export type RuleUnit = keyof typeof durationUnits | keyof typeof sizeUnits | 'plain';

const unitSizes: Readonly<Record<RuleUnit, number>> = { ...durationUnits, ...sizeUnits, plain: 1 };

/** One number as it stands in the form. */
export interface RuleField {
  /** Off is 0 in the policy. */
  readonly on: boolean;
  readonly text: string;
  readonly unit: RuleUnit;
  /** What the text stood for when the form opened: a value that no unit divides survives unless it is edited. */
  readonly exact: number | undefined;
}

export interface RulesDraft {
  readonly numbers: Readonly<Record<PolicyNumber, RuleField>>;
  readonly onPeerShift: boolean;
  readonly onDeviceChange: boolean;
  readonly whenStale: ShiftPolicy['whenStale'];
}

export type RuleFault = 'whole' | 'least' | 'most';
export type RuleFaults = Readonly<Partial<Record<PolicyNumber, RuleFault>>>;

const kinds: Readonly<Record<PolicyNumber, 'duration' | 'size' | 'count'>> = {
  afterMilliseconds: 'duration',
  afterMessages: 'count',
  afterBytes: 'size',
  peerShifts: 'count',
  failAfterShifts: 'count',
  failWithinMilliseconds: 'duration',
  staleAfterMilliseconds: 'duration',
  staleAfterMessages: 'count',
};

/** In the order of the form, so that the first fault is the topmost. */
export const ruleNumbers = Object.keys(kinds) as readonly PolicyNumber[]; // the keys of the total record above

export function draftOf(policy: ShiftPolicy): RulesDraft {
  const field = (name: PolicyNumber): RuleField => fieldOf(name, policy[name]);
  return {
    numbers: {
      afterMilliseconds: field('afterMilliseconds'),
      afterMessages: field('afterMessages'),
      afterBytes: field('afterBytes'),
      peerShifts: field('peerShifts'),
      failAfterShifts: field('failAfterShifts'),
      failWithinMilliseconds: field('failWithinMilliseconds'),
      staleAfterMilliseconds: field('staleAfterMilliseconds'),
      staleAfterMessages: field('staleAfterMessages'),
    },
    onPeerShift: policy.onPeerShift,
    onDeviceChange: policy.onDeviceChange,
    whenStale: policy.whenStale,
  };
}

/** A limit that is off offers the standard value for when it is switched on. */
function fieldOf(name: PolicyNumber, value: number): RuleField {
  const shown = value > 0 ? value : policyPresets.standard[name];
  const unit = unitFor(kinds[name], shown);
  return { on: value > 0, text: String(Math.ceil(shown / unitSizes[unit])), unit, exact: shown };
}

function unitFor(kind: 'duration' | 'size' | 'count', value: number): RuleUnit {
  if (kind === 'count') return 'plain';
  const units: readonly RuleUnit[] = kind === 'duration' ? ['days', 'hours', 'minutes'] : ['gigabytes', 'megabytes'];
  return units.find((unit) => value % unitSizes[unit] === 0) ?? (kind === 'duration' ? 'seconds' : 'kilobytes');
}

/** The units a number can be given in; seconds only where the number at hand needs them. */
export function unitsOf(name: PolicyNumber, field: RuleField): readonly Exclude<RuleUnit, 'plain'>[] {
  if (kinds[name] === 'count') return [];
  if (kinds[name] === 'size') return ['kilobytes', 'megabytes', 'gigabytes'];
  return field.unit === 'seconds' ? ['seconds', 'minutes', 'hours', 'days'] : ['minutes', 'hours', 'days'];
}

/** Whether the number counts at all: what is hidden is neither asked nor judged. */
export function isAsked(draft: RulesDraft, name: PolicyNumber): boolean {
  if (name === 'peerShifts') return draft.onPeerShift;
  if (name === 'failWithinMilliseconds') return draft.numbers.failAfterShifts.on;
  return draft.numbers[name].on;
}

/** The value of a field in milliseconds, bytes or pieces; undefined when it is no whole number. */
export function valueOf(field: RuleField): number | undefined {
  if (field.exact !== undefined) return field.exact;
  // People group digits: 1,000 and 1 000 and 1.000 are the same here, where nothing has a fraction.
  const digits = field.text.trim().replaceAll(/(?<=\d)[\s.,'’](?=\d{3}(?!\d))/gu, '');
  return /^\d{1,15}$/u.test(digits) ? Number(digits) * unitSizes[field.unit] : undefined;
}

export function faultsOf(draft: RulesDraft): RuleFaults {
  const faults: Partial<Record<PolicyNumber, RuleFault>> = {};
  for (const name of ruleNumbers) {
    if (!isAsked(draft, name)) continue;
    const field = draft.numbers[name];
    // What is in force already may stand.
    if (field.exact !== undefined) continue;
    const value = valueOf(field);
    // 0 is said with the switch.
    const { least, most } = boundsOf(name);
    if (value === undefined) faults[name] = 'whole';
    else if (value < least) faults[name] = 'least';
    else if (value > most) faults[name] = 'most';
  }
  return faults;
}

/** What the form takes; the least is never 0, which the switch says, and no time is shorter than a minute. */
export function boundsOf(name: PolicyNumber): { readonly least: number; readonly most: number } {
  const { least, most } = policyBounds[name];
  const smallest = kinds[name] === 'duration' ? durationUnits.minutes : 1;
  return { least: Math.max(least, smallest), most };
}

/** The policy a faultless draft means. What is off keeps no number; what is hidden keeps the one it had. */
export function policyOf(draft: RulesDraft): ShiftPolicy {
  const number = (name: PolicyNumber): number => (draft.numbers[name].on ? (valueOf(draft.numbers[name]) ?? 0) : 0);
  const hidden = (name: 'peerShifts' | 'failWithinMilliseconds'): number => {
    const value = valueOf(draft.numbers[name]);
    const { least, most } = boundsOf(name);
    return value === undefined || value < least || value > most ? policyPresets.standard[name] : value;
  };
  return {
    afterMilliseconds: number('afterMilliseconds'),
    afterMessages: number('afterMessages'),
    afterBytes: number('afterBytes'),
    onPeerShift: draft.onPeerShift,
    peerShifts: hidden('peerShifts'),
    onDeviceChange: draft.onDeviceChange,
    failAfterShifts: number('failAfterShifts'),
    failWithinMilliseconds: hidden('failWithinMilliseconds'),
    staleAfterMilliseconds: number('staleAfterMilliseconds'),
    staleAfterMessages: number('staleAfterMessages'),
    whenStale: draft.whenStale,
  };
}
