import { parse } from '@formatjs/icu-messageformat-parser';
import { describe, expect, it } from 'vitest';
import { english } from '../../../../renderer/i18n/messages';
import { pseudoMessages } from '../../../../renderer/i18n/pseudo';
import { errors } from '../../../../renderer/i18n/en/errors';
import { failureKind } from '../../../../renderer/features/lock/failure-words';
import { errorCodes } from '../../../../shared/errors';

describe('words', () => {
  it('every error code has a sentence of its own, and no sentence is left over', () => {
    expect(Object.keys(errors).sort()).toEqual(errorCodes.map((code) => `error.${code}`).sort());
    expect(new Set(Object.values(errors)).size).toBe(errorCodes.length);
    for (const sentence of Object.values(errors)) expect(sentence).toMatch(/\.$/);
  });

  it('every message is well-formed, also in the pseudo-language', () => {
    for (const messages of [english, pseudoMessages(english)]) {
      for (const [id, message] of Object.entries(messages)) expect(() => parse(message), id).not.toThrow();
    }
  });

  it('the pseudo-language changes every message and keeps every placeholder', () => {
    const placeholders = (message: string): string[] => (message.match(/\{\w+/g) ?? []).sort();
    for (const [id, message] of Object.entries(pseudoMessages(english))) {
      expect(message, id).not.toBe(english[id as keyof typeof english]);
      expect(placeholders(message), id).toEqual(placeholders(english[id as keyof typeof english]));
    }
  });

  it('what stops the vault from opening has a screen of its own', () => {
    const own = ['vault.damaged', 'vault.newer', 'disk.full', 'disk.failed', 'profile.in-use', 'profile.unreadable', 'self-test.failed'] as const;
    expect(new Set(own.map(failureKind)).size).toBe(own.length);
    expect(own.map(failureKind)).not.toContain('other');
    expect(failureKind('internal')).toBe('other');
  });
});
