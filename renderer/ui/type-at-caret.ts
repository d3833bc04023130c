/** As if it were typed: nothing else enters what Undo takes back. False where the page cannot do that. */
export function typeAtCaret(words: string): boolean {
  // Called out of date without anything in its place (HTML, "The execCommand method"), which is why it is asked for.
  const type: unknown = Reflect.get(document, 'execCommand');
  return typeof type === 'function' && type.call(document, 'insertText', false, words) === true;
}
