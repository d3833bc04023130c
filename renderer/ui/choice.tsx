import { useId, type ReactNode } from 'react';
import { Label, Radio, RadioGroup } from 'react-aria-components';

export interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly hint?: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
}

/** A few choices side by side, one of them taken. */
export function Choice<T extends string>({ label, hint, value, options, onChange }: ChoiceProps<T>): ReactNode {
  const hintId = useId();
  return (
    <RadioGroup
      className="choice"
      aria-describedby={hint === undefined ? undefined : hintId}
      value={value}
      onChange={(next) => {
        const option = options.find((one) => one.value === next);
        if (option !== undefined) onChange(option.value);
      }}
    >
      <Label className="field-label">{label}</Label>
      <div className="choice-options">
        {options.map((option) => (
          <Radio key={option.value} value={option.value} className="choice-option">
            {option.label}
          </Radio>
        ))}
      </div>
      {hint === undefined ? null : (
        // Of the group alone: the library's own description would be read again at each of its buttons.
        <p id={hintId} className="field-hint">
          {hint}
        </p>
      )}
    </RadioGroup>
  );
}
