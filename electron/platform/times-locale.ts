/** What of the environment says how times are written (locale(7)), the first that is set and not empty. */
const variables = ['LC_ALL', 'LC_TIME', 'LANG'] as const;

/**
 * The language tag after whose habit the system writes times, e.g. `tr-TR`: on Linux from the environment, elsewhere the system's regional format
 * (`app.getSystemLocale`). Empty where it names none: `C` and `POSIX` have no habit that a person chose. Whether this runtime knows the habit is not looked up
 * here: the first question about formats of dates has ICU go through all languages it has, some ten milliseconds in the middle of a start. `withHoursOf` looks.
 */
export function timesLocale(platform: NodeJS.Platform, environment: Readonly<Record<string, string | undefined>>, regional: () => string): string {
  const named = platform === 'linux' ? (variables.map((name) => environment[name]).find((value) => value !== undefined && value !== '') ?? '') : regional();
  const tag = named.replace(/[.@].*$/u, '').replaceAll('_', '-');
  if (tag === 'POSIX') return '';
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? '';
  } catch {
    return '';
  }
}
