import type { ReactNode } from 'react';
import { heard } from '../../i18n/heard';
import { groupsOf } from './number-groups';

/** The 60 digits in their groups; a copied selection reads as it looks. */
export function NumberGrid({ digits, label, testId }: { readonly digits: string; readonly label?: string; readonly testId?: string }): ReactNode {
  return (
    <p className="safety-number" data-testid={testId} {...(label === undefined ? {} : { role: 'group', 'aria-label': heard(label) })}>
      {groupsOf(digits).map((group, index) => (
        <span key={index}>{group} </span>
      ))}
    </p>
  );
}
