import type { conversation as english } from '../en/conversation';

export const conversation = {
  'conversation.unread': '{count, plural, one {# neue Nachricht} other {# neue Nachrichten}}',
  'conversation.newest.count': '{count, plural, one {# neue Nachricht weiter unten} other {# neue Nachrichten weiter unten}}',
  'message.moment': ' ({time})',
  'openLink.title': 'Diesen Link öffnen?',
  'openLink.text': 'Dein Browser würde eine Adresse öffnen bei',
  'openLink.plain': 'Mit einfachen Buchstaben geschrieben:',
  'openLink.mixed': 'Dieser Name mischt Buchstaben mehrerer Alphabete. Namen, die andere nachahmen, tun das.',
  'openLink.user': 'Was vor dem @ steht, ist nicht das Ziel.',
  'openLink.open': 'Diese Verbindung ist nicht verschlüsselt: Andere unterwegs können mitlesen und ändern, was sie bringt.',
  'openLink.keep': 'Nicht öffnen',
  'openLink.copy': 'Link kopieren',
  'openLink.act': 'Im Browser öffnen',
} as const satisfies Partial<Record<keyof typeof english, string>>;
