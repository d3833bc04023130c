import type { ReactNode } from 'react';
import { initials, avatarColour } from './person-colour';
import { pictureDigits } from './key-cut-path';
import { plainName } from './strangers';

/** Initials on a tile whose colour and lower edge, cut like a key, follow from the peer id. Decoration: the name stands beside it. */
export function Avatar({ name, peerId, size = 'medium' }: { readonly name: string; readonly peerId: string; readonly size?: 'small' | 'medium' | 'large' }): ReactNode {
  return (
    <svg className={`avatar ${size} colour-${avatarColour(peerId)}`} viewBox="0 0 40 40" aria-hidden="true" focusable="false">
      <path d={tilePath(pictureDigits(peerId))} className="tile" />
      <text x="20" y="24.2" textAnchor="middle" className="letters">
        {initials(plainName(name))}
      </text>
    </svg>
  );
}

/** A rounded tile with eight shallow cuts along its lower edge. */
function tilePath(digits: string): string {
  let path = 'M0 9a9 9 0 0 1 9-9h22a9 9 0 0 1 9 9V36';
  const step = 5;
  for (let index = 0; index < 8; index += 1) {
    const depth = Number.parseInt(digits[index] ?? '7', 16) / 15;
    const y = 39.4 - depth * 5;
    path += `L${40 - index * step - 0.8} ${y.toFixed(2)}H${40 - (index + 1) * step + 0.8}`;
  }
  return `${path}L0 36Z`;
}
