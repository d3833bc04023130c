import type { ReactNode, Ref } from 'react';
import { Button as AriaButton, Tooltip, TooltipTrigger, type ButtonProps as AriaProps } from 'react-aria-components';
import { useTooltip } from './use-tooltip';
import { heard } from '../i18n/heard';

export interface IconButtonProps extends Omit<AriaProps, 'className' | 'style' | 'children' | 'aria-label'> {
  /** Spoken name and tooltip. */
  readonly label: string;
  readonly shortcut?: string | undefined;
  readonly kind?: 'quiet' | 'main';
  readonly ref?: Ref<HTMLButtonElement>;
  readonly children: ReactNode;
}

export function IconButton({ label, shortcut, kind = 'quiet', children, ...rest }: IconButtonProps): ReactNode {
  const tooltip = useTooltip();
  return (
    <TooltipTrigger delay={600} closeDelay={80} {...tooltip}>
      <AriaButton {...rest} aria-label={heard(label)} className={`icon-button ${kind}`}>
        {children}
      </AriaButton>
      <Tooltip className="tooltip" offset={6}>
        {label}
        {shortcut === undefined ? null : <kbd>{shortcut}</kbd>}
      </Tooltip>
    </TooltipTrigger>
  );
}
