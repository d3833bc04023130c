// @vitest-environment node
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { policyPresets, shiftPolicy, type ShiftPolicy } from '../../../../shared/model/keys';
import { policyBounds, type PolicyNumber } from '../../../../shared/model/shift-policies';
import { draftOf, faultsOf, isAsked, policyOf, ruleNumbers, type RuleField, type RulesDraft } from '../../../../renderer/features/keys/rules-draft';

const number = (name: PolicyNumber): fc.Arbitrary<number> => fc.integer({ min: policyBounds[name].least, max: policyBounds[name].most });
const anyPolicy: fc.Arbitrary<ShiftPolicy> = fc.record({
  afterMilliseconds: number('afterMilliseconds'),
  afterMessages: number('afterMessages'),
  afterBytes: number('afterBytes'),
  onPeerShift: fc.boolean(),
  peerShifts: number('peerShifts'),
  onDeviceChange: fc.boolean(),
  failAfterShifts: number('failAfterShifts'),
  failWithinMilliseconds: number('failWithinMilliseconds'),
  staleAfterMilliseconds: number('staleAfterMilliseconds'),
  staleAfterMessages: number('staleAfterMessages'),
  whenStale: fc.constantFrom('ignore', 'warn', 'fail'),
});
const write = (draft: RulesDraft, name: PolicyNumber, change: Partial<RuleField>): RulesDraft => ({
  ...draft,
  numbers: { ...draft.numbers, [name]: { ...draft.numbers[name], exact: undefined, ...change } },
});
const standard = draftOf(policyPresets.standard);

describe('S2-07: own rules', () => {
  it('any policy survives the form when nothing is touched', () => {
    fc.assert(fc.property(anyPolicy, (policy) => {
      const draft = draftOf(policy);
      expect(faultsOf(draft)).toEqual({});
      expect(policyOf(draft)).toEqual(policy);
    }));
  });

  it('whatever is typed, a form without faults makes a policy the contract takes', () => {
    const field = fc.record({ on: fc.boolean(), text: fc.oneof(fc.string({ maxLength: 12 }), fc.integer().map(String)), exact: fc.constant(undefined) });
    fc.assert(
      fc.property(anyPolicy, fc.constantFrom(...ruleNumbers), field, (policy, name, typed) => {
        const draft = write(draftOf(policy), name, typed);
        if (Object.keys(faultsOf(draft)).length > 0) return;
        expect(shiftPolicy.safeParse(policyOf(draft)).success).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['', 'whole'], ['many', 'whole'], ['1.5', 'whole'], ['-1', 'whole'], ['1e3', 'whole'], ['0', 'least'], ['1000001', 'most'], ['1,000', undefined], ['1 000', undefined], ['1.000', undefined], [' 7 ', undefined],
  ] as const)('messages %j: %s', (text, fault) => {
    expect(faultsOf(write(standard, 'afterMessages', { text })).afterMessages).toBe(fault);
  });

  it('grouped digits are the number they look like', () => {
    expect(policyOf(write(standard, 'afterMessages', { text: '12,500' })).afterMessages).toBe(12_500);
  });

  it('a unit counts: 900 days is too long, 900 minutes is not', () => {
    expect(faultsOf(write(standard, 'afterMilliseconds', { text: '900', unit: 'days' }))).toEqual({ afterMilliseconds: 'most' });
    expect(policyOf(write(standard, 'afterMilliseconds', { text: '900', unit: 'minutes' })).afterMilliseconds).toBe(54_000_000);
  });

  it('what is off is 0 and not judged; switched on it offers the standard value', () => {
    const off = draftOf({ ...policyPresets.standard, afterBytes: 0 });
    expect(off.numbers.afterBytes).toMatchObject({ on: false, text: '256', unit: 'megabytes' });
    expect(faultsOf(write(off, 'afterBytes', { text: 'nonsense' }))).toEqual({});
    expect(policyOf(write(off, 'afterBytes', { text: 'nonsense' })).afterBytes).toBe(0);
    const { numbers } = off;
    expect(policyOf({ ...off, numbers: { ...numbers, afterBytes: { ...numbers.afterBytes, on: true } } }).afterBytes).toBe(256 * 1024 * 1024);
  });

  it('numbers that belong to a rule which is off are not asked', () => {
    const draft = { ...write(write(standard, 'failAfterShifts', { on: false }), 'peerShifts', { text: 'x' }), onPeerShift: false };
    expect(isAsked(draft, 'failWithinMilliseconds')).toBe(false);
    expect(isAsked(draft, 'peerShifts')).toBe(false);
    expect(faultsOf(draft)).toEqual({});
    expect(shiftPolicy.safeParse(policyOf(draft)).success).toBe(true);
  });

  it('the presets are policies, and the bounds are those of the contract', () => {
    for (const policy of Object.values(policyPresets)) expect(shiftPolicy.parse(policy)).toEqual(policy);
    for (const name of ruleNumbers) {
      const { least, most } = policyBounds[name];
      const takes = (value: number): boolean => shiftPolicy.safeParse({ ...policyPresets.standard, [name]: value }).success;
      expect([takes(least), takes(most), takes(least - 1)]).toEqual([true, true, false]);
    }
  });
});
