import { describe, expect, test, vi } from 'vitest';
import { desktopWords } from '../../../electron/window/desktop-words';
import { fileDialogs, suggestedName } from '../../../electron/window/file-dialogs';

vi.mock('electron', () => ({ BrowserWindow: { getFocusedWindow: () => null, getAllWindows: () => [] } }));

const language = { now: 'en' as 'en' | 'de' };

function dialogs(answer: { save?: string; open?: string[] }) {
  const asked: unknown[] = [];
  return {
    asked,
    made: fileDialogs({
      showSaveDialog: async (options: unknown) => {
        asked.push(options);
        return { canceled: answer.save === undefined, filePath: answer.save ?? '' };
      },
      showOpenDialog: async (options: unknown) => {
        asked.push(options);
        return { canceled: answer.open === undefined, filePaths: answer.open ?? [] };
      },
    }, () => desktopWords(language.now, 'en-GB')),
  };
}

describe('the person chooses files', () => {
  test('where to save: a name of the kind, after the person it is for', async () => {
    const { made, asked } = dialogs({ save: '/media/stick/x.keyshift-envelopes' });
    expect(await made.save('envelopes', 'Bo Lindqvist')).toBe('/media/stick/x.keyshift-envelopes');
    expect(asked).toMatchObject([{ defaultPath: 'For Bo Lindqvist.keyshift-envelopes', filters: [{ extensions: ['keyshift-envelopes'] }], properties: ['showOverwriteConfirmation', 'createDirectory', 'dontAddToRecent'] }]);
  });

  test('a day in a name stays one, and nothing of it is an option or a folder', async () => {
    const { made, asked } = dialogs({ save: '/a' });
    await made.save('export-html', '--Bo/Anne-Marie - 2026-11-29-');
    expect(asked).toMatchObject([{ defaultPath: 'Bo Anne-Marie 2026-11-29.html' }]);
  });

  test('in the language that is spoken at that moment', async () => {
    const { made, asked } = dialogs({ save: '/a', open: ['/b'] });
    language.now = 'de';
    await made.save('envelopes', 'Bo');
    await made.open('backup');
    language.now = 'en';
    expect(asked).toMatchObject([{ defaultPath: 'Für Bo.keyshift-envelopes', filters: [{ name: 'Keyshift-Umschläge' }] }, { filters: [{ name: 'Keyshift-Sicherung' }] }]);
  });

  test('an invitation is called so in that language; the day behind a long name stays', async () => {
    const { made, asked } = dialogs({ save: '/a' });
    await made.save('qr-picture', '');
    language.now = 'de';
    await made.save('invitation', '');
    language.now = 'en';
    await made.save('archive', `${'Ä'.repeat(64)} 2026-11-29`);
    expect(asked).toMatchObject([{ defaultPath: 'Keyshift invitation.gif' }, { defaultPath: 'Keyshift-Einladung.keyshift-invite' }, { defaultPath: `${'Ä'.repeat(40)} 2026-11-29.keyshift-archive` }]);
  });

  test('what to open: one file', async () => {
    const { made, asked } = dialogs({ open: ['/media/stick/x.keyshift-envelopes'] });
    expect(await made.open('envelopes')).toBe('/media/stick/x.keyshift-envelopes');
    expect(asked).toMatchObject([{ properties: ['openFile', 'dontAddToRecent'] }]);
  });

  test('a received file keeps its name and ending; files to send are any number of any kind', async () => {
    const { made, asked } = dialogs({ save: '/home/ada/holiday.jpg', open: ['/a', '/b'] });
    await made.save('received-file', 'my holiday 1.2.jpg');
    expect(await made.files()).toEqual(['/a', '/b']);
    expect(asked).toEqual([{ defaultPath: 'my holiday 1.2.jpg', properties: ['showOverwriteConfirmation', 'createDirectory', 'dontAddToRecent'] }, { properties: ['openFile', 'multiSelections', 'dontAddToRecent'] }]);
  });

  test('a folder: one that is there, or a new one', async () => {
    const { made, asked } = dialogs({ open: ['/media/stick'] });
    expect(await made.folder('envelopes')).toBe('/media/stick');
    expect(asked).toMatchObject([{ properties: ['openDirectory', 'createDirectory', 'dontAddToRecent'] }]);
  });

  test('given up: nothing', async () => {
    const { made } = dialogs({});
    expect([await made.save('envelopes', 'Bo'), await made.open('envelopes')]).toEqual([undefined, undefined]);
  });

  test('a page that asks again and again opens one dialog', async () => {
    const { made, asked } = dialogs({ save: '/media/stick/x.keyshift-envelopes' });
    expect(await Promise.all([made.save('envelopes', 'Bo'), made.save('envelopes', 'Bo'), made.open('envelopes')])).toEqual(['/media/stick/x.keyshift-envelopes', undefined, undefined]);
    expect(asked).toHaveLength(1);
    expect(await made.save('envelopes', 'Bo')).toBe('/media/stick/x.keyshift-envelopes');
  });

  test.each([
    ['../../etc/passwd', 'For etc passwd'],
    ['C:\\Windows\\nul', 'For C Windows nul'],
    ['نور الهدى', 'For نور الهدى'],
    ['..', 'For'],
    ['x'.repeat(64), `For ${'x'.repeat(36)}`],
    ['\u202Egnp.exe', 'For gnp exe'],
  ])('a name of somebody else’s choice, %j, suggests %j', (name, suggestion) => {
    expect(suggestedName(name, desktopWords('en', ''))).toBe(suggestion);
  });
});
