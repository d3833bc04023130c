import type { ReactNode, Ref } from 'react';
import { Button as AriaButton, Tooltip, TooltipTrigger, type ButtonProps as AriaProps } from 'react-aria-components';
import { useOutOfUse } from './use-out-of-use';
import { useTooltip } from './use-tooltip';
import { heard } from '../i18n/heard';

export interface IconButtonProps extends Omit<AriaProps, 'className' | 'style' | 'children' | 'aria-label' | 'onFocusChange'> {
  /** Spoken name and tooltip. */
  readonly label: string;
  readonly shortcut?: string | undefined;
  readonly kind?: 'quiet' | 'main';
  readonly ref?: Ref<HTMLButtonElement>;
  readonly children: ReactNode;
}

export function IconButton({ label, shortcut, kind = 'quiet', isDisabled = false, onPress, children, ...rest }: IconButtonProps): ReactNode {
  const tooltip = useTooltip();
  const { isHeld, ...use } = useOutOfUse(isDisabled);
  return (
    <TooltipTrigger delay={600} closeDelay={80} {...tooltip}>
      <AriaButton {...rest} {...use} {...(onPress === undefined || isHeld ? {} : { onPress })} aria-disabled={isHeld || undefined} aria-label={heard(label)} className={`icon-button ${kind}`}>
        {children}
      </AriaButton>
      <Tooltip className="tooltip" offset={6}>
        {label}
        {shortcut === undefined ? null : <kbd>{shortcut}</kbd>}
      </Tooltip>
    </TooltipTrigger>
  );
}
