/**
 * The file that says which version there is, as it lies on the server, on a stick and in the profile's folder:
 *
 *     keyshift update 1
 *     keys {…}                    new lists of keys, oldest first; none in most files
 *     signature <key> <signature>
 *     manifest {…}
 *     signature <key> <signature>
 *
 * What is signed is the line's JSON behind a prefix that says what it is for, as it stands there: nothing is written anew before a signature is judged.
 */
export interface SignedText {
  readonly text: string;
  readonly signatures: readonly { readonly key: string; readonly signature: string }[];
}

export interface UpdateFile {
  readonly keys: readonly SignedText[];
  readonly manifest: SignedText;
}

/** Bytes; a file with three lists of keys and notes in two languages has some 10,000. */
export const longestUpdateFile = 64 * 1024;
const mostLists = 16;
const mostSignatures = 16;
const firstLine = 'keyshift update 1';

/** What is in front of the text when it is signed: a signature for one is none for the other. */
export const signedPrefix = { keys: 'keyshift update keys 1\n', manifest: 'keyshift update manifest 1\n' } as const;

/** Base64 of a public key of Ed25519 (32 bytes), and of a signature (64 bytes), in the one spelling there is for each. */
export const keyForm = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;
const signatureForm = /^[A-Za-z0-9+/]{85}[AQgw]==$/;

/** Undefined for whatever is no such file, whole and alone. */
export function readUpdateFile(bytes: Uint8Array): UpdateFile | undefined {
  if (bytes.length > longestUpdateFile) return undefined;
  const lines = textOf(bytes)?.split('\n');
  // The last line ends, too.
  if (lines === undefined || lines.shift() !== firstLine || lines.pop() !== '') return undefined;
  const blocks: { kind: 'keys' | 'manifest'; text: string; signatures: { key: string; signature: string }[] }[] = [];
  for (const line of lines) {
    const [, kind, text] = /^(keys|manifest) (\{.*\})$/.exec(line) ?? [];
    if ((kind === 'keys' || kind === 'manifest') && text !== undefined) {
      if (blocks.at(-1)?.kind === 'manifest' || blocks.length > mostLists) return undefined;
      blocks.push({ kind, text, signatures: [] });
      continue;
    }
    const [word, key = '', signature = '', ...more] = line.split(' ');
    const block = blocks.at(-1);
    if (word !== 'signature' || more.length > 0 || !keyForm.test(key) || !signatureForm.test(signature) || block === undefined || block.signatures.length >= mostSignatures) return undefined;
    block.signatures.push({ key, signature });
  }
  const manifest = blocks.pop();
  if (manifest?.kind !== 'manifest') return undefined;
  return { keys: blocks, manifest };
}

/** The same file again, byte by byte. */
export function writeUpdateFile({ keys, manifest }: UpdateFile): Uint8Array {
  const block = (kind: string, { text, signatures }: SignedText): string[] => [`${kind} ${text}`, ...signatures.map(({ key, signature }) => `signature ${key} ${signature}`)];
  const lines = [firstLine, ...keys.flatMap((one) => block('keys', one)), ...block('manifest', manifest)];
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}

/** UTF-8 without a mark in front and with no character that ends a line or steers a terminal. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    // oxlint reads control characters in a pattern as a mistake: here they are looked for.
    return [...text].some((one) => one !== '\n' && (one < ' ' || (one >= '\u007f' && one < '\u00a0') || one === '\u2028' || one === '\u2029' || one === '\ufeff')) ? undefined : text;
  } catch {
    return undefined;
  }
}
