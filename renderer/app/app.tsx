import type { ReactNode } from 'react';
import { TriangleAlert } from 'lucide-react';
import { KeyshiftError } from '../../shared/errors';
import { HelpHost } from '../features/help/help-host';
import { FailureScreen } from '../features/lock/failure-screen';
import { LockScreen } from '../features/lock/lock-screen';
import { TextProvider } from '../i18n/text-provider';
import { useText } from '../i18n/use-text';
import { Banner } from '../ui/banner';
import { Toasts } from '../ui/toasts';
import { useWholeSigns } from '../ui/use-whole-signs';
import { ErrorBoundary } from './error-boundary';
import { later } from './later';
import type { Model } from './model';
import { ModelContext, useSession, useSettings } from './model-context';
import { useLook } from './use-look';
import { usePlainCopy } from './use-plain-copy';

const MainWindow = later(async () => (await import('./main-window')).MainWindow);
const OnboardingScreen = later(async () => (await import('../features/onboarding/onboarding-screen')).OnboardingScreen);

/** The window of the open app, before it is wanted. Rejects when its file cannot be read. */
export const readOpenWindow = MainWindow.read;

export function App({ model }: { readonly model: Model }): ReactNode {
  return (
    <ModelContext value={model}>
      <TextProvider>
        <ErrorBoundary>
          <Look />
          <div className="window">
            <TrialBanner />
            <Screen />
          </div>
          <HelpHost />
          <Notices />
        </ErrorBoundary>
      </TextProvider>
    </ModelContext>
  );
}

/** Which screen there is follows from the vault alone. */
function Screen(): ReactNode {
  const text = useText();
  const phase = useSession((state) => state.phase);
  const failure = useSession((state) => state.failure);
  switch (phase) {
    case 'starting':
    case 'locking':
      return (
        <main className="front-page" aria-busy="true">
          <p className="only-heard">{text(phase === 'locking' ? 'app.locking' : 'app.starting')}</p>
        </main>
      );
    case 'absent':
      return <OnboardingScreen />;
    case 'locked':
      return <LockScreen />;
    case 'open':
      return <MainWindow />;
    case 'failed':
      return <FailureScreen failure={failure ?? new KeyshiftError('internal', '')} />;
    default:
      return phase satisfies never;
  }
}

/** What was shown and spoken goes with the vault's life: a part that stays would keep its last words in React's second tree. */
function Notices(): ReactNode {
  const open = useSession((state) => state.phase === 'open');
  return <Toasts key={open ? 'open' : 'closed'} />;
}

function Look(): null {
  useLook();
  usePlainCopy();
  useWholeSigns();
  return null;
}

function TrialBanner(): ReactNode {
  const text = useText();
  const trial = useSettings((state) => state.about?.trial ?? false);
  if (!trial) return null;
  return (
    <header>
      <Banner tone="notice" icon={<TriangleAlert aria-hidden="true" />}>
        {text('app.trial')}
      </Banner>
    </header>
  );
}
