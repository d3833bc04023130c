import { withHoursOf } from '../../../shared/language';
import type { Message } from '../../../shared/model/message';
import type { Crypto } from '../../engine/crypto/crypto';
import { toBase64 } from '../../engine/wire/encoding';
import { exportBeginnings, type ExportHead } from './formats';
import { iso } from './messages-json';

const words = {
  en: { with: 'Conversation with', by: 'Exported by', zone: 'Times are those of', edited: 'edited', deleted: 'This message was deleted.', unsupported: 'A kind of message this version does not know.', answer: 'Answer to', note: 'A copy to read: nothing in this file proves who wrote it.' },
  de: { with: 'Unterhaltung mit', by: 'Exportiert von', zone: 'Zeiten in', edited: 'bearbeitet', deleted: 'Diese Nachricht wurde gelöscht.', unsupported: 'Eine Art von Nachricht, die diese Version nicht kennt.', answer: 'Antwort auf', note: 'Eine Kopie zum Lesen: Nichts in dieser Datei beweist, wer sie geschrieben hat.' },
} as const;

/** Nothing is fetched, nothing runs, and it prints: one column, dark where the reader's system is. */
const style = `:root{color-scheme:light dark;--page:#fff;--ink:#1b1c1e;--faint:#5b6067;--own:#e3f0ea;--their:#f0f1f3;--line:#d4d7db}
@media (prefers-color-scheme:dark){:root{--page:#17181a;--ink:#ececee;--faint:#a4a9b0;--own:#1e3a30;--their:#26282c;--line:#3a3d42}}
*{box-sizing:border-box}body{margin:0 auto;max-width:46rem;padding:2rem 1rem;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.4rem;margin:0}header p{color:var(--faint);margin:.25rem 0}h2{font-size:.9rem;color:var(--faint);text-align:center;margin:2rem 0 .5rem;border-bottom:1px solid var(--line)}
article{max-width:85%;margin:.5rem auto .5rem 0;padding:.5rem .75rem;border-radius:.75rem;background:var(--their)}article.own{margin:.5rem 0 .5rem auto;background:var(--own)}
article p{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}article small{color:var(--faint)}blockquote{margin:0 0 .25rem;padding-inline-start:.5rem;border-inline-start:3px solid var(--line);color:var(--faint);font-size:.875rem}
@media print{body{max-width:none;padding:0}article{break-inside:avoid;border:1px solid var(--line)}}`;

/** In characters. */
const longestQuote = 200;
const units = [
  { unit: 'gigabyte', of: 1024 ** 3 },
  { unit: 'megabyte', of: 1024 ** 2 },
  { unit: 'kilobyte', of: 1024 },
] as const;

export interface PageStyle {
  readonly language: 'en' | 'de';
  /** The language tag after whose habit the system writes times; empty: none. */
  readonly times: string;
}

/** One conversation as a page that stands alone. */
export class HtmlPage {
  readonly #head: ExportHead;
  readonly #words: (typeof words)[keyof typeof words];
  readonly #day: Intl.DateTimeFormat;
  readonly #time: Intl.DateTimeFormat;
  readonly #language: 'en' | 'de';
  readonly #styleHash: string;
  #lastDay = '';

  constructor(crypto: Pick<Crypto, 'sha256'>, head: ExportHead, { language, times }: PageStyle) {
    this.#styleHash = toBase64(crypto.sha256(Buffer.from(style)));
    this.#head = head;
    this.#language = language;
    this.#words = words[language];
    this.#day = new Intl.DateTimeFormat(language, { dateStyle: 'full' });
    this.#time = new Intl.DateTimeFormat(withHoursOf(language, times), { timeStyle: 'short' });
  }

  begin(): string[] {
    const { title, exportedAt, me, them } = this.#head;
    const name = title === '' ? them.name : `${them.name} · ${title}`;
    const { timeZone } = this.#time.resolvedOptions();
    const page = `${exportBeginnings.html}
<html lang="${this.#language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${this.#styleHash}'; form-action 'none'; base-uri 'none'">
<title>${escaped(`${this.#words.with} ${name}`)}</title><style>${style}</style></head><body>
<header><h1>${escaped(this.#words.with)} <bdi>${escaped(name)}</bdi></h1>
<p>${escaped(this.#words.by)} <bdi>${escaped(me.name)}</bdi>, ${this.#stamp(exportedAt)}. ${escaped(this.#words.zone)} ${escaped(timeZone)}.</p><p>${escaped(this.#words.note)}</p></header><main>
`;
    return [page];
  }

  message(message: Message, answered: Message | undefined): string {
    const day = isDay(message.sentAt) ? this.#day.format(message.sentAt) : '';
    const heading = day === this.#lastDay ? '' : `<h2>${escaped(day)}</h2>\n`;
    this.#lastDay = day;
    const own = message.direction === 'out';
    const quote = answered === undefined ? '' : `<blockquote dir="auto">${escaped(this.#words.answer)} <bdi>${escaped(this.#who(answered.direction === 'out'))}</bdi>: ${escaped(this.#quoted(answered))}</blockquote>`;
    const { file } = message;
    const text = this.#text(message);
    const attached = file === undefined ? '' : `<p>📎 <bdi>${escaped(file.name)}</bdi> (${escaped(this.#size(file.size))})</p>`;
    const reactions = (message.reactions ?? []).map(({ by, emoji }) => `${escaped(emoji)} <bdi>${escaped(this.#who(by === 'me'))}</bdi>`).join(', ');
    return `${heading}<article${own ? ' class="own"' : ''} id="m${message.messageId}"><small><bdi>${escaped(this.#who(own))}</bdi>, ${this.#clock(message.sentAt)}${message.editedAt === undefined ? '' : `, ${escaped(this.#words.edited)}`}</small>${quote}<p dir="auto">${escaped(text)}</p>${attached}${reactions === '' ? '' : `<p>${reactions}</p>`}</article>
`;
  }

  end(): string {
    return '</main></body></html>\n';
  }

  /** By name: whoever reads it years later need not be the one who exported it. */
  #who(own: boolean): string {
    return own ? this.#head.me.name : this.#head.them.name;
  }

  #text({ kind, text }: Message): string {
    return kind === 'deleted' ? this.#words.deleted : kind === 'unsupported' ? this.#words.unsupported : text;
  }

  /** The beginning of its words, or the name of its file. */
  #quoted(message: Message): string {
    const text = this.#text(message);
    const said = text.trim() === '' && message.file !== undefined ? message.file.name : text;
    const shown = Array.from(said.slice(0, 2 * longestQuote)).slice(0, longestQuote).join('');
    return shown.length < said.length ? `${shown}…` : shown;
  }

  /** In the largest unit of which there is one. */
  #size(bytes: number): string {
    const { unit, of } = units.find((each) => bytes >= each.of) ?? { unit: 'byte', of: 1 };
    const amount = bytes / of;
    // The short form of bytes has no plural.
    return new Intl.NumberFormat(this.#language, { style: 'unit', unit, unitDisplay: of === 1 ? 'long' : 'short', maximumFractionDigits: amount < 10 ? 1 : 0 }).format(amount);
  }

  /** Under the heading of its day. */
  #clock(time: number): string {
    return isDay(time) ? `<time datetime="${iso(time)}">${escaped(this.#time.format(time))}</time>` : '';
  }

  #stamp(time: number): string {
    return isDay(time) ? `<time datetime="${iso(time)}">${escaped(`${this.#day.format(time)}, ${this.#time.format(time)}`)}</time>` : '';
  }
}

function isDay(time: number): boolean {
  return Math.abs(time) <= 8.64e15;
}

/** Also what turns the direction of a line, and letters that no page may hold: a text says what it says, and nothing about its surroundings. */
export function escaped(text: string): string {
  return text
    .replace(/\r\n?/gu, '\n')
    .replace(/[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/gu, '')
    .replace(/(?![\t\n])[\p{Cc}\p{Cs}]/gu, '\ufffd')
    .replace(/[&<>"']/gu, (each) => `&#${each.charCodeAt(0)};`);
}
