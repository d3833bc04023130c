import { useEffect, useMemo, type ReactNode } from 'react';
import { I18nProvider } from 'react-aria-components';
import { IntlProvider } from 'react-intl';
import { useSettings } from '../app/model-context';
import { english } from './messages';
import { pseudoMessages } from './pseudo';

/** One language so far, and a made-up one that shows what would not translate. */
export function TextProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const isPseudo = useSettings((state) => state.settings.language) === 'pseudo';
  const messages = useMemo(() => (isPseudo ? pseudoMessages(english) : english), [isPseudo]);
  // Dates and numbers follow the system's English, so that 24-hour clocks stay 24-hour clocks.
  const locale = navigator.language.startsWith('en') ? navigator.language : 'en';
  useEffect(() => {
    document.documentElement.lang = isPseudo ? 'en-XA' : locale;
  }, [isPseudo, locale]);
  return (
    <IntlProvider locale={locale} defaultLocale="en" messages={messages}>
      <I18nProvider locale={locale}>{children}</I18nProvider>
    </IntlProvider>
  );
}
