import type { ReactNode } from 'react';
import type { PolicyNumber } from '../../../shared/model/shift-policies';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { SelectField } from '../../ui/select-field';
import { TextField } from '../../ui/text-field';
import { boundsOf, unitsOf, type RuleFault, type RuleField } from './rules-draft';

export interface RuleAmountProps {
  readonly number: PolicyNumber;
  readonly name: string;
  readonly field: RuleField;
  readonly fault: RuleFault | undefined;
  readonly onChange: (change: Partial<RuleField>) => void;
}

/** A number and, where it has one, its unit. */
export function RuleAmount({ number, name, field, fault, onChange }: RuleAmountProps): ReactNode {
  const text = useText();
  const times = useTimes();
  const units = unitsOf(number, field);
  const { least, most } = boundsOf(number);
  const shown = (value: number): string => (units.includes('kilobytes') ? times.bytes(value) : times.length(value));
  const error = ((): string | undefined => {
    if (fault === undefined) return undefined;
    if (fault === 'whole') return text('rule.fault.whole');
    return units.length === 0 ? text('rule.fault.count', { least, most }) : text('rule.fault.range', { least: shown(least), most: shown(most) });
  })();
  return (
    <div className="rule-amount">
      <TextField label={text(`rule.${number}.number`, { name })} value={field.text} error={error} numeric onChange={(value) => onChange({ text: value, exact: undefined })} />
      {units.length === 0 ? null : (
        <SelectField
          label={text('rule.unit')}
          hiddenLabel
          value={units.find((unit) => unit === field.unit) ?? units[0] ?? 'minutes'}
          options={units.map((unit) => ({ value: unit, label: text(`rule.unit.${unit}`) }))}
          onChange={(unit) => onChange({ unit, exact: undefined })}
        />
      )}
    </div>
  );
}
