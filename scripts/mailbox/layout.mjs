// Who may say what to the server (docs/protocol.md §11.1). Every name in it is known to the client as well (electron/network/mailbox/names.ts).
//
// Clients stand in an account without JetStream of their own, and see of the other account only the doors below: in one account
// whoever may deposit could have the server's answer sent to an administrative subject, and empty everybody's mailbox with it.

export const STREAM = 'MBX';
export const BUCKET = 'sess';
/** What clients write before the subjects of the server's own interface. */
export const PREFIX = 'MBXAPI';

/** Deposits lie at most this long, in days; a sender that still waits deposits again after 25 (protocol.md §7). */
const KEPT_DAYS = 30;
/** A session cannot be taken up again after a week (electron/services/ports/session-repository.ts). */
const SESSION_DAYS = 8;
/** A record has at most 32 KiB; what is said beside it counts as well. */
const MOST_RECORD = 33 * 1024;
const DAY_NS = 86_400e9;

const SERVICES = [
  { subject: 'mbx.in.*.*', as: 'mbx.in.*.*' },
  { subject: `$JS.API.CONSUMER.INFO.${STREAM}.*`, as: `${PREFIX}.CONSUMER.INFO.${STREAM}.*` },
  { subject: `$JS.API.CONSUMER.MSG.NEXT.${STREAM}.*`, as: `${PREFIX}.CONSUMER.MSG.NEXT.${STREAM}.*`, many: true },
  { subject: `$JS.ACK.${STREAM}.>`, as: `$JS.ACK.${STREAM}.>` },
  { subject: `$JS.API.DIRECT.GET.KV_${BUCKET}.$KV.${BUCKET}.>`, as: `${PREFIX}.DIRECT.GET.KV_${BUCKET}.$KV.${BUCKET}.>` },
  { subject: `$KV.${BUCKET}.>`, as: `${PREFIX}.$KV.${BUCKET}.>` },
];

/** Of the account that holds everything. */
export const exportsOfMailbox = SERVICES.map(({ subject, many }) => ({
  name: subject,
  subject,
  type: /** @type {const} */ ('service'),
  ...(many && { response_type: /** @type {const} */ ('Stream') }),
}));

/** Of the account of all clients. */
export const importsOfClients = (mailboxAccount) =>
  SERVICES.map(({ subject, as }) => ({ name: as, subject, account: mailboxAccount, type: /** @type {const} */ ('service'), local_subject: as }));

const INBOX = '_IN.{{subject()}}.>';

/** The longest deposit, in bytes. */
const MOST_DEPOSIT = 70_000;

/** The server fills in key and tags of whoever connects: one rule for all devices, and one for all slots. */
export const RULES = {
  reader: {
    pub: {
      allow: [
        `${PREFIX}.CONSUMER.INFO.${STREAM}.{{subject()}}`,
        `${PREFIX}.CONSUMER.MSG.NEXT.${STREAM}.{{subject()}}`,
        `$JS.ACK.${STREAM}.{{subject()}}.>`,
        `${PREFIX}.$KV.${BUCKET}.{{tag(addr)}}.>`,
        `${PREFIX}.DIRECT.GET.KV_${BUCKET}.$KV.${BUCKET}.{{tag(addr)}}.>`,
      ],
    },
    sub: { allow: [INBOX] },
  },
  dropper: { pub: { allow: ['mbx.in.{{tag(to)}}.{{tag(slot)}}'] }, sub: { allow: [INBOX] }, bearer_token: true, subs: 2, payload: MOST_DEPOSIT },
};

/** @param {{ replicas: number, bytes: number, longest?: number }} size  longest: a deposit, in bytes */
export const streamConfig = ({ replicas, bytes, longest = MOST_DEPOSIT }) => ({
  name: STREAM,
  subjects: ['mbx.in.*.*'],
  // A deposit is gone when every device of its address has taken it.
  retention: /** @type {const} */ ('interest'),
  storage: /** @type {const} */ ('file'),
  // A full slot refuses and never throws away what lies there.
  discard: /** @type {const} */ ('new'),
  discard_new_per_subject: true,
  max_msgs_per_subject: 500,
  max_msg_size: longest,
  max_age: KEPT_DAYS * DAY_NS,
  max_bytes: bytes,
  // Without a number newer servers stop at 1000.
  max_consumers: 20_000,
  duplicate_window: 120e9,
  num_replicas: replicas,
});

/** @param {{ key: string, address: string, replicas: number }} device */
export const consumerConfig = ({ key, address, replicas }) => ({
  durable_name: key,
  filter_subject: `mbx.in.${address}.*`,
  ack_policy: /** @type {const} */ ('explicit'),
  deliver_policy: /** @type {const} */ ('all'),
  ack_wait: 10e9,
  max_ack_pending: 500,
  num_replicas: replicas,
});

/** @param {{ replicas: number, bytes: number }} size */
export const bucketOptions = ({ replicas, bytes }) => ({ history: 1, replicas, ttl: SESSION_DAYS * 86_400_000, max_bytes: bytes, maxValueSize: MOST_RECORD, allow_direct: true });

/** Of a disk limit in bytes: most for deposits, a part for sessions, a rest for what the server notes beside. */
export const shares = (disk) => ({ deposits: Math.floor(disk * 0.75), sessions: Math.floor(disk * 0.15) });
