/** What a document of the help consists of, as `scripts/lib/guide.mjs` reads it when the window is built. */
export type Span =
  | string
  | { readonly strong: readonly Span[] }
  | { readonly soft: readonly Span[] }
  | { readonly code: string }
  /** `page`: name of a document, empty: this one. `anchor`: of a heading, empty: the beginning. */
  | { readonly link: readonly Span[]; readonly page: string; readonly anchor: string };

export type Block =
  | { readonly kind: 'text'; readonly spans: readonly Span[] }
  | { readonly kind: 'heading'; readonly id: string; readonly spans: readonly Span[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Block[])[] }
  | { readonly kind: 'table'; readonly head: readonly (readonly Span[])[]; readonly rows: readonly (readonly (readonly Span[])[])[] }
  | { readonly kind: 'code'; readonly text: string };

export interface Section {
  readonly id: string;
  readonly spans: readonly Span[];
  readonly blocks: readonly Block[];
}

export interface Page {
  readonly title: string;
  readonly lead: readonly Block[];
  readonly sections: readonly Section[];
}

/** The words alone. */
export function plainSpans(spans: readonly Span[]): string {
  return spans.map((span) => (typeof span === 'string' ? span : 'code' in span ? span.code : plainSpans('strong' in span ? span.strong : 'soft' in span ? span.soft : span.link))).join('');
}

/** Each part that can be read by itself. */
export function textsOf(blocks: readonly Block[]): readonly string[] {
  return blocks.flatMap((block) => {
    switch (block.kind) {
      case 'code':
        return [block.text];
      case 'list':
        return block.items.flatMap(textsOf);
      case 'table':
        return block.rows.map((row) => row.map(plainSpans).join(' · '));
      default:
        return [plainSpans(block.spans)];
    }
  });
}

/** Names of the documents that a page points to by their files. */
export function elsewhereIn(page: Page): readonly string[] {
  const named = new Set<string>();
  const look = (spans: readonly Span[]): void => {
    for (const span of spans) {
      if (typeof span === 'string' || 'code' in span) continue;
      if ('link' in span) {
        if (/^[a-z-]+\.md$/.test(span.page)) named.add(span.page);
      } else look('strong' in span ? span.strong : span.soft);
    }
  };
  const through = (blocks: readonly Block[]): void => {
    for (const block of blocks) {
      if (block.kind === 'list') block.items.forEach(through);
      else if (block.kind === 'table') [block.head, ...block.rows].flat().forEach(look);
      else if (block.kind !== 'code') look(block.spans);
    }
  };
  through(page.lead);
  for (const { spans, blocks } of page.sections) {
    look(spans);
    through(blocks);
  }
  return [...named];
}
