import { app } from 'electron';
import { timesLocale } from '../platform/times-locale';

/** After which language tag the system writes times. Known once the app is ready. */
export const desktopTimes = (): string => timesLocale(process.platform, process.env, () => app.getSystemLocale());
