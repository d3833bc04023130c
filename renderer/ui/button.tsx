import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps as AriaProps } from 'react-aria-components';

export interface ButtonProps extends Omit<AriaProps, 'className' | 'style' | 'children'> {
  readonly kind?: 'main' | 'plain' | 'quiet' | 'danger';
  readonly wide?: boolean;
  readonly icon?: ReactNode;
  readonly children: ReactNode;
}

export function Button({ kind = 'plain', wide = false, icon, children, ...rest }: ButtonProps): ReactNode {
  return (
    <AriaButton {...rest} className={`button ${kind}${wide ? ' wide' : ''}`}>
      {icon}
      <span className="button-text">{children}</span>
    </AriaButton>
  );
}
