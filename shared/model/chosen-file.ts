/** What a file is for that a person chooses: the dialogs name it, and offer its usual endings. */
export type ChosenFile = 'envelopes' | 'pkcs12' | 'pem' | 'key-backup' | 'key-file' | 'recovery-kit' | 'backup' | 'any-file' | 'received-file' | 'export-html' | 'export-json' | 'archive' | 'invitation' | 'qr-picture' | 'update';
