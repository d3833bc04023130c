import { useContext, type ReactNode } from 'react';
import { withHyphens } from '../../i18n/hyphens';
import { LittleRoom } from '../../i18n/little-room';
import type { Block, Span } from './page';

export interface Leads {
  /** Whether that document is here. */
  readonly leads: (page: string) => boolean;
  readonly go: (page: string, anchor: string) => void;
}

/** Drawn from its parts: nothing of a document is ever markup. */
export function HelpBlocks({ blocks, ...to }: Leads & { readonly blocks: readonly Block[] }): ReactNode {
  return blocks.map((block, at) => <OneBlock key={at} block={block} {...to} />);
}

function OneBlock({ block, ...to }: Leads & { readonly block: Block }): ReactNode {
  switch (block.kind) {
    case 'text':
      return (
        <p>
          <Spans spans={block.spans} {...to} />
        </p>
      );
    case 'heading':
      return (
        <h4 className="small-heading" tabIndex={-1} data-help={block.id}>
          <Spans spans={block.spans} {...to} />
        </h4>
      );
    case 'code':
      // Longer lines are scrolled, by the keys as well.
      return (
        <pre className="help-code" tabIndex={0}>
          {block.text}
        </pre>
      );
    case 'list': {
      const items = block.items.map((item, at) => (
        <li key={at}>
          <HelpBlocks blocks={item} {...to} />
        </li>
      ));
      return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
    case 'table':
      return <Table head={block.head} rows={block.rows} {...to} />;
    default:
      return block satisfies never;
  }
}

function Table({ head, rows, ...to }: Leads & Pick<Extract<Block, { readonly kind: 'table' }>, 'head' | 'rows'>): ReactNode {
  const isNamed = head.some((cell) => cell.length > 0);
  return (
    <table className="table help-table">
      {isNamed ? (
        <thead>
          <tr>
            {head.map((cell, at) =>
              cell.length === 0 ? (
                <td key={at} />
              ) : (
                <th key={at} scope="col">
                  <Spans spans={cell} {...to} />
                </th>
              ),
            )}
          </tr>
        </thead>
      ) : null}
      <tbody>
        {rows.map(([name = [], ...cells], at) => (
          <tr key={at}>
            <th scope="row">
              <Spans spans={name} {...to} />
            </th>
            {cells.map((cell, column) => (
              <td key={column}>
                <Spans spans={cell} {...to} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Spans({ spans, leads, go }: Leads & { readonly spans: readonly Span[] }): ReactNode {
  const littleRoom = useContext(LittleRoom);
  return spans.map((span, at) => {
    if (typeof span === 'string') return littleRoom ? withHyphens(span) : span;
    if ('code' in span) return <code key={at}>{span.code}</code>;
    if ('strong' in span) return <strong key={at}>{<Spans spans={span.strong} leads={leads} go={go} />}</strong>;
    if ('soft' in span) return <em key={at}>{<Spans spans={span.soft} leads={leads} go={go} />}</em>;
    const words = <Spans spans={span.link} leads={leads} go={go} />;
    // What is not here stays words: the help leads nowhere outside. Of a place in the web they say which one.
    if (!leads(span.page)) return <span key={at}>{words}{span.page.startsWith('https:') ? <> (<bdi>{span.page}</bdi>)</> : null}</span>;
    return (
      <button key={at} type="button" className="text-button" onClick={() => go(span.page, span.anchor)}>
        {words}
      </button>
    );
  });
}
