/** Names that the operator's command gives as well (scripts/mailbox/layout.mjs; protocol.md §11.1). */
export const streamName = 'MBX';
export const apiPrefix = 'MBXAPI';

export const depositSubject = (address: string, slot: string): string => `mbx.in.${address}.${slot}`;

const record = (address: string, name: string): string => `$KV.sess.${address}.${name}`;
export const recordWrite = (address: string, name: string): string => `${apiPrefix}.${record(address, name)}`;
export const recordRead = (address: string, name: string): string => `${apiPrefix}.DIRECT.GET.KV_sess.${record(address, name)}`;

/** Nobody else may listen there: what the server answers stays between it and this key. */
export const inboxOf = (userKey: string): string => `_IN.${userKey}`;
