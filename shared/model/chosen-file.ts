/** What a file is for that a person chooses: the dialogs name it, and offer its usual endings. */
export type ChosenFile = 'envelopes' | 'invitation' | 'pkcs12' | 'pem' | 'key-backup' | 'key-file' | 'recovery-kit' | 'backup';
