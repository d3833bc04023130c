import { inOneForm } from '../../../shared/model/emoji';
import { folded } from '../../ui/folded';

/** One emoji with its words, in English and German; the first of each is its name. */
export interface Emoji {
  readonly emoji: string;
  readonly en: string;
  readonly de: string;
}

/** What people answer with most often; the rest can be pasted or typed into the field. */
const lines = `
👍|thumbs up,yes,good|Daumen hoch,ja,gut
👎|thumbs down,no,bad|Daumen runter,nein,schlecht
❤️|red heart,love|rotes Herz,Liebe
😂|tears of joy,laugh|Freudentränen,lachen
😮|astonished,wow|erstaunt,wow
😢|crying,sad|weinend,traurig
🙏|folded hands,thanks,please|gefaltete Hände,danke,bitte
🎉|party popper,congratulations|Konfetti,Glückwunsch
😀|grinning|grinsend
😃|smiling with open mouth,happy|lächelnd mit offenem Mund,froh
😄|smiling eyes,happy|lachende Augen,froh
😁|beaming|strahlend
😅|sweat and smile,relief|lächelnd mit Schweiß,erleichtert
🤣|rolling on the floor,laugh|sich vor Lachen wälzend
🙂|slight smile|leichtes Lächeln
🙃|upside down,irony|kopfüber,Ironie
😉|winking|zwinkernd
😊|blushing,pleased|errötend,erfreut
😍|heart eyes,love|Herzaugen,verliebt
🥰|smiling with hearts|lächelnd mit Herzen
😘|blowing a kiss|Kuss zuwerfend
😎|sunglasses,cool|Sonnenbrille,cool
🤓|nerd|Streber
🤩|starry eyed,great|Sternenaugen,toll
🥳|partying,birthday|feiernd,Geburtstag
🤔|thinking|nachdenklich
🤨|raised eyebrow,doubt|hochgezogene Braue,Zweifel
😐|neutral|neutral
🙄|rolling eyes|Augen verdrehend
😬|grimacing,awkward|Grimasse,peinlich
😌|relieved|erleichtert
😴|sleeping|schlafend
🤒|ill,thermometer|krank,Fieberthermometer
🤯|mind blown|explodierender Kopf
😳|flushed,embarrassed|verlegen
🥺|pleading|flehend
😭|sobbing|heulend
😱|screaming,shock|schreiend,Schreck
😡|angry|wütend
🤬|swearing|fluchend
💀|skull,dead|Totenkopf
🤷|shrug|Schulterzucken
🤦|facepalm|Hand vor dem Gesicht
🙌|raised hands,hooray|erhobene Hände,hurra
👏|clapping,applause|klatschend,Applaus
👋|waving,hello|winkend,hallo
🤝|handshake,agreed|Handschlag,abgemacht
💪|strong,muscle|stark,Muskel
✌️|victory,peace|Sieg,Frieden
🤞|fingers crossed,luck|Daumen drücken,Glück
👌|okay|okay
👀|eyes,looking|Augen,schauen
🧡|orange heart|oranges Herz
💛|yellow heart|gelbes Herz
💚|green heart|grünes Herz
💙|blue heart|blaues Herz
💜|purple heart|lila Herz
🖤|black heart|schwarzes Herz
💔|broken heart|gebrochenes Herz
✅|check mark,done|Haken,erledigt
❌|cross mark,no|Kreuz,nein
❓|question mark|Fragezeichen
❗|exclamation mark|Ausrufezeichen
⚠️|warning|Warnung
🔥|fire,hot|Feuer,heiß
✨|sparkles|Funkeln
⭐|star|Stern
💯|hundred points|hundert Punkte
🚀|rocket,fast|Rakete,schnell
💡|light bulb,idea|Glühbirne,Idee
🔒|locked|Schloss
🔑|key|Schlüssel
📌|pin|Stecknadel
📎|paper clip|Büroklammer
📅|calendar,date|Kalender,Termin
⏰|alarm clock,late|Wecker,spät
☕|coffee|Kaffee
🍺|beer|Bier
🍷|wine|Wein
🍕|pizza|Pizza
🍰|cake|Kuchen
🎂|birthday cake|Geburtstagstorte
🎁|present|Geschenk
🎵|music|Musik
⚽|football|Fußball
🏆|trophy,won|Pokal,gewonnen
🏠|house,home|Haus,zuhause
🚗|car|Auto
🚆|train|Zug
✈️|airplane|Flugzeug
☀️|sun|Sonne
🌧️|rain|Regen
❄️|snow,cold|Schnee,kalt
🌈|rainbow|Regenbogen
🌸|blossom|Blüte
🐶|dog|Hund
🐱|cat|Katze
🦊|fox|Fuchs
🐢|turtle,slow|Schildkröte,langsam
🐞|ladybird,bug|Marienkäfer,Käfer`;

export const emojis: readonly Emoji[] = lines
  .trim()
  .split('\n')
  .map((line) => {
    const [emoji = '', en = '', de = ''] = line.split('|');
    return { emoji, en, de };
  });

/** Those of the first row of the menu. */
export const quickEmojis: readonly Emoji[] = emojis.slice(0, 6);

export function emojiName({ en, de }: Emoji, language: string): string {
  return (language.startsWith('de') ? de : en).split(',')[0] ?? '';
}

/** Shown of what was found: whoever sees none among them writes more. */
const mostFound = 160;

/** Those in which each word of the query begins a word, in either language: people search in the one they think in. */
export function findEmojis(query: string, all: readonly Emoji[] = emojis): readonly Emoji[] {
  const wanted = folded(query).split(/\s+/).filter((word) => word !== '');
  if (wanted.length === 0) return emojis;
  const found: Emoji[] = [];
  for (const each of all) {
    if (found.length === mostFound) break;
    const words = wordsOf(each);
    if (each.emoji === inOneForm(query.trim()) || wanted.every((word) => words.some((other) => other.startsWith(word)))) found.push(each);
  }
  return found;
}

/** Taken apart once: people look with each key. */
const known = new WeakMap<Emoji, readonly string[]>();

function wordsOf(each: Emoji): readonly string[] {
  const words = known.get(each) ?? folded(`${each.en},${each.de}`).split(/[^\p{L}\p{N}]+/u);
  known.set(each, words);
  return words;
}
