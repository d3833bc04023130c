import { describe, expect, it, vi } from 'vitest';
import { timesLocale } from '../../../electron/platform/times-locale';

describe('after whose habit times are written', () => {
  it('on Linux the environment says it, the nearest variable first; C and POSIX name nobody', () => {
    const regional = vi.fn(() => 'fr-FR');
    const of = (environment: Readonly<Record<string, string>>): string => timesLocale('linux', environment, regional);
    expect(of({ LANG: 'en_US.UTF-8', LC_TIME: 'de_DE.UTF-8' })).toBe('de-DE');
    expect(of({ LANG: 'en_US.UTF-8', LC_TIME: 'de_DE.UTF-8', LC_ALL: 'ja_JP.eucJP' })).toBe('ja-JP');
    expect(of({ LANG: 'tr_TR', LC_TIME: '', LC_ALL: '' })).toBe('tr-TR');
    expect(of({ LANG: 'ca_ES@valencia' })).toBe('ca-ES');
    const none: readonly Readonly<Record<string, string>>[] = [{}, { LANG: 'C.UTF-8' }, { LANG: 'POSIX' }, { LANG: 'en_US.UTF-8', LC_TIME: 'C' }, { LANG: '../x' }];
    expect(none.map(of)).toEqual(['', '', '', '', '']);
    expect(regional).not.toHaveBeenCalled();
  });

  it('elsewhere the regional format of the system does, whatever the environment of a shell', () => {
    expect(timesLocale('win32', { LANG: 'en_US.UTF-8' }, () => 'tr-TR')).toBe('tr-TR');
    expect(timesLocale('darwin', {}, () => 'en-DE@rg=dezzzz')).toBe('en-DE');
  });
});
