/**
 * Where long German words may be divided. Chromium has rules of its own for that on macOS alone, and “Wiederherstellungsschlüssel” is wider than a narrow window with
 * large letters. What ends in a hyphen may be divided from what follows in the word, what begins with one from what goes before; of two that fit the longer one counts.
 */
const stems = `
  -abdr -adresse -anfrage -aufnahmen -belegung -blatt -bund -code -datei -feld -foto -freiheit -geschichte -geschlagen -geschnitten -gestellt -gezogen
  -karten -kombi-nation -konto -kopf -köpfe -leitung -link -liste -nummer -programm -schlüssel- -schreib -signa-turen -sperre -taste -umbruch
  -vereinba-rung -zeichen -zertifikat
  abge- aktuali-sier ange-schl anmeldungs- aufmerk-sam-keit aufzu- ausein-ander- ausge- austausch- barriere- benach-richti-gung benutzer- bestäti-gung bildschirm- buch-staben
  durchpro-bier durchzu- doku-men-tation einge- einladungs- einstel-lung einstellungs- fehl- feststell- finger- geräte- gespei-cher groß- heraus- herein- herunter-
  identitäts- internet- irgend- klein- kontakt- krypto-gra lebens- lese- mitge- nachge- nachrichten- neben-ein netz- neu-instal-lation organisa-tion port- proxy-
  recht- schief- schreib-weisen sicherheits- sicherungs- stumm- tastatur- tasten- telefon- umschlag- unter-haltung unter-schr unter-stüt unvoll-stän
  über-schrieb ursprüng- vergangen-heit veröffent- ver-schlüsselt verschwin-dend vollstän- während- weiter- weiterzu- wider- wieder-her-stell wieder-her-stellungs- wieder-herge-
  wieder-herzu- wöchent- zeilen- zeit- zertifikats- zurück- zurückzu-
`
  .trim()
  .split(/\s+/u);

/** A word that is divided by nobody fits into any line. */
const longest = 12;
const softHyphen = '\u00AD';
const byLetters = new Map(stems.map((stem) => [stem.replaceAll('-', ''), stem]));
const known = new RegExp([...byLetters.keys()].sort((one, other) => other.length - one.length).join('|'), 'giu');
const words = new RegExp(`\\p{L}{${longest + 1},}`, 'gu');

/** With soft hyphens in its long words, which nobody sees but at the end of a line. */
export function withHyphens(text: string): string {
  return text.replace(words, divided);
}

function divided(word: string): string {
  let end = 0;
  const spread = (letters: string, from: number): string => {
    const stem = byLetters.get(letters.toLowerCase()) ?? letters;
    // What begins a word, or a part of it, is other letters elsewhere: “Zeit” in “gleichzeitig”.
    if (stem.endsWith('-') && !stem.startsWith('-') && from !== end) return letters;
    end = from + letters.length;
    let at = 0;
    return [...stem].map((sign) => (sign === '-' ? softHyphen : letters.charAt(at++))).join('');
  };
  // Of two stems that meet one hyphen, and none before an ending of one letter or two.
  return word.replace(known, spread).replace(/\u00AD{2,}/gu, softHyphen).replace(/^\u00AD|\u00AD(?=\p{L}{0,2}$)/gu, '');
}
