import type { settings as english } from '../en/settings';

export const settings = {
  'settings.report': 'Bericht für jemanden, der hilft',
  'settings.report.text': 'Versionen, Zustände und Zahlen als Text. Kein Name, keine Adresse, kein Schlüssel und kein Wort von irgendjemandem steht darin. Nichts wird gesendet: Du kopierst ihn, wohin du willst.',
  'settings.report.label': 'Bericht',
  'settings.report.make': 'Bericht erstellen',
  'settings.report.made': 'Der Bericht ist fertig. Lies ihn, bevor du ihn weitergibst.',
  'settings.report.copy': 'Kopieren',
  'settings.report.copied': 'Der Bericht ist kopiert.',
  'settings.licences': 'Von anderen gemacht',
  'settings.licences.text': 'Keyshift enthält diese Bibliotheken. Danke an alle, die sie geschrieben haben.',
  'settings.licences.show': 'Bibliotheken und Lizenzen zeigen',
  'settings.licences.none': 'Dieses Paket bringt keinen eigenen Lizenztext mit.',
} as const satisfies Partial<Record<keyof typeof english, string>>;
