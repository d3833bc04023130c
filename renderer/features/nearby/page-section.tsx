import { useId, type ReactNode } from 'react';

/** One page of the dialog: it takes the focus when it appears, and is then read from its title to its sentence. */
export function PageSection({ title, sentence, before, children }: { readonly title: string; readonly sentence: ReactNode; readonly before?: ReactNode; readonly children?: ReactNode }): ReactNode {
  const id = useId();
  return (
    <section className="stack nearby-page" role="group" tabIndex={-1} aria-labelledby={`${id}-title`} aria-describedby={`${id}-sentence`}>
      <h3 className="nearby-heading" id={`${id}-title`}>
        {title}
      </h3>
      <div className="stack tight" id={`${id}-sentence`}>
        {before}
        {sentence}
      </div>
      {children}
    </section>
  );
}
