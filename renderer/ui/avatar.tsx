import type { ReactNode } from 'react';
import { initials, avatarColour } from './person-colour';
import { plainName } from './strangers';

/** Initials on a tile whose colour follows from the peer id. Decoration: the name stands beside it. */
export function Avatar({ name, peerId, size = 'medium' }: { readonly name: string; readonly peerId: string; readonly size?: 'small' | 'medium' | 'large' }): ReactNode {
  return (
    <svg className={`avatar ${size} colour-${avatarColour(peerId)}`} viewBox="0 0 40 40" aria-hidden="true" focusable="false">
      <path d={tile} className="tile" />
      <text x="20" y="25" textAnchor="middle" className="letters">
        {initials(plainName(name))}
      </text>
    </svg>
  );
}

/** Three round corners and a cut one, as every bubble has. */
const tile = 'M0 12a12 12 0 0 1 12-12h16a12 12 0 0 1 12 12V37a3 3 0 0 1-3 3H12a12 12 0 0 1-12-12Z';
