import type { ReactNode } from 'react';

/** Six digits in two groups, large; spoken one by one, with a rest between the groups. */
export function Digits({ digits }: { readonly digits: string }): ReactNode {
  const groups = digits.match(/\d{3}/g) ?? [];
  return (
    <p className="nearby-digits" data-testid="meeting-digits">
      <span className="only-heard">{groups.map((group) => [...group].join(' ')).join(', ')}. </span>
      <span aria-hidden="true">
        {groups.map((group, index) => (
          <span key={index} className="nearby-digit-group">
            {group}
          </span>
        ))}
      </span>
    </p>
  );
}
