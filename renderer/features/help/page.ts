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
