import { useId, type ReactNode } from 'react';
import { Switch } from 'react-aria-components';

export interface SwitchFieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly on: boolean;
  readonly disabled?: boolean;
  readonly onChange: (on: boolean) => void;
}

export function SwitchField({ label, hint, on, disabled = false, onChange }: SwitchFieldProps): ReactNode {
  const hintId = useId();
  return (
    <div className="switch-row">
      <Switch className="switch" isSelected={on} isDisabled={disabled} onChange={onChange} {...(hint !== undefined && { 'aria-describedby': hintId })}>
        <span className="switch-track" aria-hidden="true">
          <span className="switch-thumb" />
        </span>
        <span className="switch-label">{label}</span>
      </Switch>
      {hint === undefined ? null : (
        <p className="field-hint indented" id={hintId}>
          {hint}
        </p>
      )}
    </div>
  );
}
