import type { Settings } from './settings';

/** What holds before anybody chose. Apart from the schema, so that the window need not carry that. */
export const defaultSettings: Settings = {
  theme: 'system',
  language: 'system',
  enterSends: true,
  lockAfterMinutes: 15,
  contentProtection: false,
  findOnNetwork: true,
  portMapping: false,
  proxy: '',
  onionAddress: '',
  rotateIdentityDays: 90,
  keepCheck: true,
  shareSessions: 'ask',
};
