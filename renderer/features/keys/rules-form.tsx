import type { ReactNode } from 'react';
import type { ShiftPolicy } from '../../../shared/model/keys';
import type { PolicyNumber } from '../../../shared/model/shift-policies';
import { useText } from '../../i18n/use-text';
import { Choice } from '../../ui/choice';
import { SwitchField } from '../../ui/switch-field';
import { RuleAmount } from './rule-amount';
import type { RuleFaults, RuleField, RulesDraft } from './rules-draft';

export interface RulesFormProps {
  readonly draft: RulesDraft;
  readonly faults: RuleFaults;
  readonly name: string;
  readonly onChange: (draft: RulesDraft) => void;
}

const stale: readonly ShiftPolicy['whenStale'][] = ['ignore', 'warn', 'fail'];

/** Every rule by itself: a switch, its number with a unit, and what it means in a line. */
export function RulesForm({ draft, faults, name, onChange }: RulesFormProps): ReactNode {
  const text = useText();
  const put = (number: PolicyNumber, change: Partial<RuleField>): void =>
    onChange({ ...draft, numbers: { ...draft.numbers, [number]: { ...draft.numbers[number], ...change } } });
  const amount = (number: PolicyNumber): ReactNode => (
    <RuleAmount number={number} name={name} field={draft.numbers[number]} fault={faults[number]} onChange={(change) => put(number, change)} />
  );
  const limit = (number: 'afterMilliseconds' | 'afterMessages' | 'afterBytes' | 'staleAfterMilliseconds' | 'staleAfterMessages' | 'failAfterShifts', after?: ReactNode): ReactNode => (
    <div className="rule">
      <SwitchField label={text(`rule.${number}`, { name })} hint={text(`rule.${number}.hint`, { name })} on={draft.numbers[number].on} onChange={(on) => put(number, { on })} />
      {draft.numbers[number].on ? (
        <div className="rule-amounts">
          {amount(number)}
          {after}
        </div>
      ) : null}
    </div>
  );

  return (
    <div className="rules-form">
      <fieldset className="rule-group">
        <legend className="small-heading">{text('rule.group.own')}</legend>
        {limit('afterMilliseconds')}
        {limit('afterMessages')}
        {limit('afterBytes')}
        <div className="rule">
          <SwitchField label={text('rule.onPeerShift', { name })} hint={text('rule.onPeerShift.hint', { name })} on={draft.onPeerShift} onChange={(onPeerShift) => onChange({ ...draft, onPeerShift })} />
          {draft.onPeerShift ? <div className="rule-amounts">{amount('peerShifts')}</div> : null}
        </div>
        <div className="rule">
          <SwitchField label={text('rule.onDeviceChange')} hint={text('rule.onDeviceChange.hint', { name })} on={draft.onDeviceChange} onChange={(onDeviceChange) => onChange({ ...draft, onDeviceChange })} />
        </div>
      </fieldset>
      <fieldset className="rule-group">
        <legend className="small-heading">{text('rule.group.often', { name })}</legend>
        {limit('failAfterShifts', amount('failWithinMilliseconds'))}
      </fieldset>
      <fieldset className="rule-group">
        <legend className="small-heading">{text('rule.group.stale', { name })}</legend>
        {limit('staleAfterMilliseconds')}
        {limit('staleAfterMessages')}
        <Choice
          label={text('rule.whenStale')}
          value={draft.whenStale}
          options={stale.map((value) => ({ value, label: text(`rule.whenStale.${value}`) }))}
          onChange={(whenStale) => onChange({ ...draft, whenStale })}
        />
        <p className="field-hint">{text('rule.whenStale.hint', { name })}</p>
      </fieldset>
    </div>
  );
}
