import { useState } from 'react';

export interface OutOfUse {
  /** It has nothing to do, and keeps the focus for as long as that is on it. */
  readonly isHeld: boolean;
  readonly isDisabled: boolean;
  readonly onFocusChange: (focused: boolean) => void;
}

/**
 * A button that goes out of use while it has the focus, as by what it did, keeps it until somebody goes on. From a disabled one the browser takes it without a word,
 * and it is nowhere then: in a dialog no key is heard any more, not even Escape.
 */
export function useOutOfUse(isDisabled: boolean): OutOfUse {
  const [focused, onFocusChange] = useState(false);
  const isHeld = isDisabled && focused;
  return { isHeld, isDisabled: isDisabled && !focused, onFocusChange };
}
