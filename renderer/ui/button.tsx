import type { ReactNode, Ref } from 'react';
import { Button as AriaButton, type ButtonProps as AriaProps } from 'react-aria-components';
import { useOutOfUse } from './use-out-of-use';

export interface ButtonProps extends Omit<AriaProps, 'className' | 'style' | 'children' | 'onFocusChange'> {
  readonly kind?: 'main' | 'plain' | 'quiet' | 'danger';
  readonly wide?: boolean;
  readonly icon?: ReactNode;
  /** To bring the focus to it. */
  readonly buttonRef?: Ref<HTMLButtonElement> | undefined;
  readonly children: ReactNode;
}

/**
 * A button that, while `isPending`, keeps the focus, does nothing, and has its words spoken. Not by the library's own pending
 * state: its spoken part points at the button by id for seconds after the button may have gone with its screen.
 */
export function Button({ kind = 'plain', wide = false, icon, buttonRef, children, isPending = false, isDisabled = false, onPress, type = 'button', ...rest }: ButtonProps): ReactNode {
  const { isHeld, ...use } = useOutOfUse(isDisabled);
  const isIdle = isPending || isHeld;
  return (
    <>
      <AriaButton
        {...rest}
        {...use}
        {...(buttonRef !== undefined && { ref: buttonRef })}
        {...(onPress === undefined || isIdle ? {} : { onPress })}
        type={isIdle ? 'button' : type}
        aria-disabled={isIdle || undefined}
        data-pending={isPending || undefined}
        className={`button ${kind}${wide ? ' wide' : ''}`}
      >
        {icon}
        <span className="button-text">{children}</span>
      </AriaButton>
      {isPending ? (
        <span className="only-heard" role="status">
          {children}
        </span>
      ) : null}
    </>
  );
}
