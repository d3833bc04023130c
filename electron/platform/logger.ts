import type { LogFacts, Logger } from '../engine/ports';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export function isLogLevel(value: string): value is LogLevel {
  const levels: readonly string[] = logLevels;
  return levels.includes(value);
}

const redacted = '[redacted]';

/**
 * One JSON line per event, on stderr, from `warn` upwards unless asked otherwise; nothing is kept in files.
 * Redaction goes by type and shape: only numbers, flags and short public words pass (hardening row 25). Text with spaces,
 * long runs that could be a key, an id or a link, and anything that slipped past the types do not.
 */
export function makeLogger(level: LogLevel, now: () => number, write: (line: string) => void): Logger {
  const from = logLevels.indexOf(level);
  const at = (name: Exclude<LogLevel, 'silent'>) => (event: string, facts: LogFacts = {}): void => {
    if (logLevels.indexOf(name) < from) return;
    const clean = Object.entries(facts).map(([key, value]) => [publicWord(key), publicFact(value)] as const);
    write(`${JSON.stringify({ at: new Date(now()).toISOString(), level: name, event: publicWord(event), ...Object.fromEntries(clean) })}\n`);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function publicFact(value: unknown): string | number | boolean | undefined {
  if (value === undefined || typeof value === 'number' || typeof value === 'boolean') return value;
  return typeof value === 'string' ? publicWord(value) : redacted;
}

/** Words of the program's own vocabulary: codes, states, `host:port`, `file.ts:12`. */
function publicWord(text: string): string {
  const fits = text.length <= 200 && /^[\w.:[\]/<-]*$/.test(text) && !/[A-Za-z0-9_]{24}/.test(text);
  return fits ? text : redacted;
}
