import { commandNames } from '../../../shared/model/shortcuts';
import type { SettingsSection } from '../../app/ui-store';
import type { TextId } from '../../i18n/messages';

/** One place in the settings, by the words that stand there. */
export interface SettingsEntry {
  readonly page: SettingsSection;
  /** What the control or heading says: by it the place is found on the page as well. */
  readonly label: TextId;
  /** Its description. */
  readonly hints: readonly TextId[];
  /** Other words people have for it. */
  readonly words?: TextId;
  /** Further controls of the same place. */
  readonly also: readonly TextId[];
}

type Line = readonly [label: TextId, words?: TextId | undefined, hints?: readonly TextId[], also?: readonly TextId[]];

const lines: Readonly<Record<Exclude<SettingsSection, 'keyboard'>, readonly Line[]>> = {
  look: [
    ['settings.theme', 'find.theme'],
    ['settings.contrast', 'find.contrast', ['settings.contrast.text']],
    ['settings.textSize', 'find.textSize', ['settings.textSize.text']],
    ['settings.density', 'find.density', ['settings.density.text']],
    ['settings.listWidth', 'find.listWidth', ['settings.listWidth.text']],
    ['settings.motion', 'find.motion', ['settings.motion.text']],
    ['settings.wholeList', 'find.wholeList', ['settings.wholeList.text']],
    ['settings.language', 'find.language'],
  ],
  talks: [
    ['settings.enterSends', 'find.enterSends', ['settings.enterSends.on', 'settings.enterSends.off']],
    ['desktop.spelling', 'find.spelling', ['desktop.spelling.text']],
    ['settings.told', 'find.told'],
    ['settings.readReceipts', 'find.readReceipts', ['settings.readReceipts.on']],
    ['settings.typing', 'find.typing', ['settings.typing.on']],
    ['settings.files'],
    ['settings.stripMetadata', 'find.stripMetadata', ['settings.stripMetadata.text']],
    ['settings.acceptFilesUpTo', 'find.acceptFiles'],
  ],
  security: [
    ['settings.lockAfter', 'find.lockAfter'],
    ['desktop.lockOnSleep', 'find.lockAfter', ['desktop.lockOnSleep.text']],
    ['settings.contentProtection', 'find.contentProtection', ['settings.contentProtection.text']],
    ['settings.keyring', 'find.keyring', ['settings.keyring.text']],
    ['settings.passphrase.change', 'find.passphrase', [], ['settings.passphrase.old', 'settings.passphrase.new', 'settings.passphrase.repeat', 'settings.passphrase.newKey']],
  ],
  network: [
    ['network.lan', 'find.lan', ['network.lan.text']],
    ['network.mapping', 'find.mapping', ['network.mapping.text']],
    ['network.proxy', 'find.proxy', [], ['network.proxy.tor', 'network.proxy.means']],
    ['network.onion', 'find.onion', [], ['network.onion.how']],
  ],
  identity: [
    ['identity.rename', 'find.rename'],
    ['identity.key', 'find.fingerprint', [], ['identity.copyFingerprint', 'who.copyPeerId']],
    ['identity.renew', 'find.renew', ['identity.renew.text'], ['identity.renew.title']],
    ['identity.schedule', 'find.schedule'],
    ['identity.keepCheck', 'find.keepCheck', ['identity.keepCheck.on']],
    ['identity.history', 'find.history'],
    ['forget.open', 'find.forget'],
    ['recovery.title', 'find.recovery', [], ['recovery.save', 'recovery.printed', 'recovery.use']],
    ['keyfile.title', 'find.keyfile', [], ['keyfile.public', 'keyfile.private.do', 'keyfile.import']],
  ],
  devices: [['devices.link', 'find.link', [], ['bar.device.show']]],
  mailbox: [
    ['mailbox.title', 'find.mailbox', [], ['mailbox.what', 'mailbox.key.title', 'mailbox.key.label', 'mailbox.key.copy']],
    ['mailbox.enter.title', 'find.mailbox', [], ['mailbox.enter.label', 'mailbox.enter.file', 'mailbox.enter.do', 'mailbox.another']],
    ['mailbox.share', 'find.share', ['mailbox.share.off']],
    ['mailbox.leave', 'find.mailbox'],
  ],
  organisations: [
    ['organisations.title', 'find.organisations', [], ['organisations.add']],
    ['vouched.title', 'find.organisations', [], ['vouched.request', 'vouched.enter']],
  ],
  backup: [
    ['backup.title', 'find.backup', [], ['restore.passphrase', 'backup.repeat', 'backup.create']],
    ['archive.title', 'find.archive', [], ['archive.choose']],
    ['backup.later', 'find.restore'],
  ],
  desktop: [
    ['desktop.notifications', 'find.notifications', ['desktop.notifications.text']],
    ['desktop.sounds', 'find.sounds'],
    ['desktop.tray', 'find.tray', ['desktop.tray.text']],
    ['desktop.startHidden', 'find.tray', ['desktop.startHidden.text']],
    ['desktop.startAtLogin', 'find.login', ['desktop.startAtLogin.text']],
  ],
  profiles: [['profiles.add', 'find.profiles', ['profiles.lead']]],
  about: [
    ['help.title', 'find.help', ['help.about']],
    ['updates.title', 'find.updates', [], ['updates.on', 'updates.check', 'updates.fromFile']],
    ['settings.report', 'find.report', ['settings.report.text'], ['settings.report.make']],
    ['settings.licences', 'find.licences', ['settings.licences.text'], ['settings.licences.show']],
    ['settings.meter', undefined, ['settings.meter.text'], ['settings.meter.refresh', 'settings.meter.reset']],
  ],
};

const written = (Object.keys(lines) as (keyof typeof lines)[]).flatMap((page) => // keys of the record above
  lines[page].map(([label, words, hints = [], also = []]): SettingsEntry => ({ page, label, hints, also, ...(words !== undefined && { words }) })),
);
const commands = commandNames.map((name): SettingsEntry => ({ page: 'keyboard', label: `shortcut.${name}`, hints: [], also: [], words: 'find.keys' }));

export const settingsIndex: readonly SettingsEntry[] = [...written, ...commands, { page: 'keyboard', label: 'keyboard.showSheet', hints: [], also: ['keyboard.resetAll', 'shortcuts.anywhere', 'shortcuts.messages', 'shortcuts.settings'], words: 'find.keys' }];
