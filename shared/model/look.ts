import type { Settings } from './settings';

export interface Look {
  readonly theme: 'system' | 'light' | 'dark';
  readonly contrast: Settings['contrast'];
}

/** Theme and contrast apart from each other, whichever version wrote them. */
export function lookOf({ theme, contrast }: Pick<Settings, 'theme' | 'contrast'>): Look {
  return theme === 'contrast' ? { theme: 'dark', contrast: 'high' } : { theme, contrast };
}
