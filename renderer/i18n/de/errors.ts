import type { errors as english } from '../en/errors';

export const errors = {
  'error.reaction.malformed': 'Eine Reaktion ist ein Emoji.',
  'error.reaction.too-many': 'Auf dieser Nachricht sind genug Emojis von dir. Nimm erst eins zurück.',
} as const satisfies Partial<Record<keyof typeof english, string>>;
