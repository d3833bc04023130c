import { Component, type ReactNode } from 'react';
import { useText } from '../i18n/use-text';
import { Button } from '../ui/button';

/** A mistake in drawing shows a page instead of an empty window. Stored data is elsewhere and untouched. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, { readonly broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { readonly broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    return this.state.broken ? <Stumbled /> : this.props.children;
  }
}

function Stumbled(): ReactNode {
  const text = useText();
  return (
    <main className="front-page">
      <section className="failure-card" role="alert">
        <h1 className="display">{text('app.crash.title')}</h1>
        <p className="lead">{text('app.crash.text')}</p>
        <div className="dialog-actions start">
          <Button kind="main" onPress={() => window.location.reload()}>
            {text('app.crash.reload')}
          </Button>
        </div>
      </section>
    </main>
  );
}
