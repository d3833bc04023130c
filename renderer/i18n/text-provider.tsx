import { useEffect, useState, type ReactNode } from 'react';
import { I18nProvider } from 'react-aria-components';
import { IntlProvider } from 'react-intl';
import { withHoursOf } from '../../shared/language';
import { useModel, useSettings } from '../app/model-context';
import { directionOf, languageOf, localeOf, messagesOf, tagOf, type Language, type Messages } from './languages';
import { LittleRoom, useLittleRoom } from './little-room';
import { english } from './messages';

/** A language and its words: they change together. */
interface Spoken {
  readonly language: Language;
  readonly messages: Messages;
}

export function TextProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const system = navigator.language;
  const wanted = languageOf(useSettings((state) => state.settings.language), system);
  const littleRoom = useLittleRoom(useSettings((state) => state.settings.textSize));
  const { language, messages } = useSpoken(wanted, littleRoom);
  const locale = withHoursOf(localeOf(language, system), useSettings((state) => state.about?.timesLocale) ?? system);
  const tag = tagOf(language, system);
  useEffect(() => {
    document.documentElement.lang = tag;
    document.documentElement.dir = directionOf(language);
  }, [tag, language]);
  return (
    <IntlProvider locale={locale} defaultLocale="en" messages={messages} {...zoneOf(useTimeZone())}>
      <I18nProvider locale={tag}>
        <LittleRoom value={littleRoom}>{children}</LittleRoom>
      </I18nProvider>
    </IntlProvider>
  );
}

/** What is spoken until the words of the wanted language are here stays as it is. */
function useSpoken(wanted: Language, littleRoom: boolean): Spoken {
  const { background } = useModel();
  const [spoken, setSpoken] = useState<Spoken>({ language: 'en', messages: english });
  useEffect(() => {
    let current = true;
    const take = async (): Promise<void> => {
      const messages = await messagesOf(wanted, littleRoom);
      if (current) setSpoken({ language: wanted, messages });
    };
    background(take());
    return () => {
      current = false;
    };
  }, [wanted, littleRoom, background]);
  return spoken;
}

/** Between two looks at the zone of the system, in milliseconds. */
const betweenLooks = 30_000;

/** The system's time zone. Somebody may travel with an open window, and what writes times keeps the zone it began with. */
function useTimeZone(): string {
  const [zone, setZone] = useState(systemZone);
  useEffect(() => {
    const look = (): void => setZone(systemZone());
    const timer = setInterval(look, betweenLooks);
    window.addEventListener('focus', look);
    return () => {
      clearInterval(timer);
      window.removeEventListener('focus', look);
    };
  }, []);
  return zone;
}

const systemZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Of a system without a zone Chromium tells one that it takes from nobody (`Etc/Unknown`): times are written without a name of it then. */
function zoneOf(timeZone: string): { readonly timeZone?: string } {
  try {
    Intl.DateTimeFormat('en', { timeZone });
    return { timeZone };
  } catch {
    return {};
  }
}
