import type { ReactNode } from 'react';
import { plainName } from './strangers';

/** A name as its owner wrote it, made harmless and kept from turning the text around it. */
export function PersonName({ name, className }: { readonly name: string; readonly className?: string }): ReactNode {
  return <bdi className={className}>{plainName(name)}</bdi>;
}
