import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useIntl } from 'react-intl';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Dialog } from '../../ui/dialog';
import { Disclosure } from '../../ui/disclosure';
import { TextField } from '../../ui/text-field';
import { MarkedText } from '../search/marked-text';
import { findHelp } from './find-help';
import { HelpBlocks, Spans } from './help-blocks';
import { languageOf, pagesIn } from './pages';
import { elsewhereIn } from './page';

/** Where one is: a document, and a heading in it to begin at; empty: its title. */
interface Place {
  readonly page: string;
  readonly anchor: string;
}

/** Both languages of the help run so, whatever the window does: a window of a third one shows it in English. */
const direction = 'ltr';

/** The guide and what goes deeper, inside the app: it asks no network, and can be read before there is a profile. `at`: the heading of the guide to begin at. */
export function HelpDialog({ at = '', onClose }: { readonly at?: string | undefined; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const times = useTimes();
  const { locale } = useIntl();
  const language = locale.startsWith('de') ? 'de' : 'en';
  const pages = pagesIn(language);
  const [place, setPlace] = useState<Place>({ page: 'guide.md', anchor: at });
  const [query, setQuery] = useState('');
  const around = useRef<HTMLDivElement>(null);
  const asked = useRef(at !== '');
  const page = pages.get(place.page);
  const hits = findHelp(pages, query);
  const searching = query.trim() !== '';

  // Behind the drawing of the page that was asked for. What one reads next has the focus, as with a link of any page.
  useEffect(() => {
    if (!asked.current || searching) return;
    asked.current = false;
    const there = around.current?.querySelector<HTMLElement>(`[data-help="${CSS.escape(place.anchor)}"]`);
    there?.focus();
    there?.scrollIntoView();
  }, [place, searching]);

  const go = (to: string, anchor: string): void => {
    asked.current = true;
    setQuery('');
    setPlace({ page: to === '' ? place.page : to, anchor });
  };
  const leads = (to: string): boolean => to === '' || pages.has(to);
  const contents = [...pages].flatMap(([name, { title, sections }]) =>
    name === place.page ? [{ name, anchor: '', words: title, deep: false }, ...sections.map(({ id, spans }) => ({ name, anchor: id, words: spans, deep: true }))] : [{ name, anchor: '', words: title, deep: false }],
  );

  const list = (
    <ul lang={language} dir={direction}>
      {contents.map(({ name, anchor, words, deep }) => (
        <li key={`${name}#${anchor}`} className={deep ? 'deep' : undefined} lang={languageOf(name, language)}>
          <button type="button" className="text-button" aria-current={!searching && name === place.page && anchor === place.anchor ? 'location' : undefined} onClick={() => go(name, anchor)}>
            {typeof words === 'string' ? words : <Spans spans={words} leads={() => false} go={go} />}
          </button>
        </li>
      ))}
    </ul>
  );
  const elsewhere = page === undefined ? [] : elsewhereIn(page).filter((name) => !pages.has(name));

  return (
    <Dialog title={text('help.title')} onClose={onClose} size="wide">
      <div className="help" ref={around}>
        <div className="help-search" role="search">
          <TextField label={text('help.search')} value={query} onChange={setQuery} maxLength={200} autoFocus />
          <p className="only-heard" role="status">
            {searching ? text('help.count', { count: hits.length }) : ''}
          </p>
        </div>
        <nav className="help-contents" aria-label={text('help.contents')}>
          <div className="help-beside">{list}</div>
          {/* Where there is no room beside the text: a line, so that the text begins in sight. Closed again by each place that is gone to. */}
          <div className="help-folded">
            <Disclosure key={`${place.page}#${place.anchor}`} label={text('help.contents')}>
              {() => list}
            </Disclosure>
          </div>
        </nav>
        {searching ? (
          <ul className="help-hits" aria-label={text('help.hits')}>
            {hits.length === 0 ? <li className="list-none">{text('help.none', { query: query.trim() })}</li> : null}
            {hits.map((hit) => (
              <li lang={languageOf(hit.page, language)} dir={direction} key={`${hit.page}#${hit.anchor}`}>
                <button type="button" className="text-button" onClick={() => go(hit.page, hit.anchor)}>
                  <MarkedText text={hit.title} query={query} />
                </button>
                {hit.title === hit.of ? null : <span className="field-hint">{hit.of}</span>}
                <p>
                  <MarkedText text={hit.snippet} query={query} />
                </p>
              </li>
            ))}
          </ul>
        ) : page === undefined ? null : (
          <article className="help-page" lang={languageOf(place.page, language)} dir={direction}>
            <h3 className="help-title" tabIndex={-1} data-help="">
              {page.title}
            </h3>
            <HelpBlocks blocks={page.lead} leads={leads} go={go} />
            {page.sections.map(({ id, spans, blocks }) => (
              <section key={id}>
                <h3 className="help-heading" tabIndex={-1} data-help={id}>
                  <Spans spans={spans} leads={leads} go={go} />
                </h3>
                <HelpBlocks blocks={blocks} leads={leads} go={go} />
              </section>
            ))}
            {elsewhere.length === 0 ? null : (
              <p className="field-hint" lang={language}>
                {text('help.elsewhere', { names: times.allOf(elsewhere), count: elsewhere.length })}
              </p>
            )}
          </article>
        )}
      </div>
    </Dialog>
  );
}
