import { createContext, useContext, useId, type ReactNode } from 'react';

/** Which heading a page has: under the title of a dialog, or of the whole window at the first start. */
export const PageLevel = createContext<2 | 3>(3);

/** One page of a dialog: it takes the focus when it appears, and is then read from its title to its sentence. */
export function PageSection({ title, sentence, before, children }: { readonly title: string; readonly sentence: ReactNode; readonly before?: ReactNode; readonly children?: ReactNode }): ReactNode {
  const id = useId();
  const level = useContext(PageLevel);
  const heading = { className: 'nearby-heading', id: `${id}-title` };
  return (
    <section className="stack nearby-page" role="group" tabIndex={-1} aria-labelledby={`${id}-title`} aria-describedby={`${id}-sentence`}>
      {level === 2 ? <h2 {...heading}>{title}</h2> : <h3 {...heading}>{title}</h3>}
      <div className="stack tight" id={`${id}-sentence`}>
        {before}
        {sentence}
      </div>
      {children}
    </section>
  );
}
