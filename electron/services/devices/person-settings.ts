import { settings as settingsSchema, type Settings } from '../../../shared/model/settings';

/** What a person sets for all devices; everything else is of one machine. */
const personWide = settingsSchema.pick({ keepCheck: true, rotateIdentityDays: true, readReceipts: true, typing: true });

export type PersonSettings = Pick<Settings, 'keepCheck' | 'rotateIdentityDays' | 'readReceipts' | 'typing'>;

export function encodePersonSettings(settings: PersonSettings): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(personWide.strip().parse(settings)));
}

/** What another version writes differently is left as it is here. */
export function parsePersonSettings(bytes: Uint8Array): Partial<PersonSettings> {
  try {
    return personWide.strip().partial().parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch {
    return {};
  }
}
