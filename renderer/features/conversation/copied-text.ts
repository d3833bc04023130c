/** What is copied of a message that is selected as a whole, and who says it when. */
export interface CopiedMessage {
  readonly who: string;
  readonly when: string;
  readonly text: string;
}

export interface CopyWords {
  readonly of: (messageId: string) => CopiedMessage | undefined;
  /** One of several messages. */
  readonly line: (message: CopiedMessage) => string;
}

/** The part of `inside` that lies in `range`. */
function partOf(range: Range, inside: Element): { readonly text: string; readonly isWhole: boolean } {
  const part = document.createRange();
  part.selectNodeContents(inside);
  const whole = part.toString();
  if (range.compareBoundaryPoints(Range.START_TO_START, part) > 0) part.setStart(range.startContainer, range.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, part) < 0) part.setEnd(range.endContainer, range.endOffset);
  const text = part.toString();
  return { text, isWhole: text === whole };
}

/**
 * The words of the messages in `feed` that are selected, and nothing else that stands between them: of one message its part alone, of several each
 * with who said it when. Undefined where no words of a message are selected.
 */
export function copiedText(feed: Element, selection: Selection | null, { of, line }: CopyWords): string | undefined {
  if (selection === null || selection.isCollapsed || selection.rangeCount === 0) return undefined;
  const range = selection.getRangeAt(0);
  const copied: CopiedMessage[] = [];
  for (const article of feed.querySelectorAll<HTMLElement>('[data-message]')) {
    if (!range.intersectsNode(article)) continue;
    const message = of(article.dataset['message'] ?? '');
    if (message === undefined) continue;
    const words = article.querySelector('.message-text');
    if (words === null) {
      const bubble = article.querySelector('.bubble');
      if (bubble !== null && partOf(range, bubble).text !== '') copied.push(message);
      continue;
    }
    const { text, isWhole } = partOf(range, words);
    // As it was written: what is shown of it has marks and moments beside its words.
    if (text !== '') copied.push(isWhole ? message : { ...message, text });
  }
  return copied.length === 0 ? undefined : joined(copied, line);
}

/** Of one message its words alone, of several each with who said it when. */
export function joined(messages: readonly CopiedMessage[], line: CopyWords['line']): string {
  const [only, ...others] = messages;
  return only !== undefined && others.length === 0 ? only.text : messages.map(line).join('\n');
}
