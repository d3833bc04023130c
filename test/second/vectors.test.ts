import { describe, expect, it } from 'vitest';
import { purposes } from '../../electron/engine/crypto/purpose';
import { usedLabels } from './crypto.mjs';
import * as core from './vectors-core.mjs';
import * as files from './vectors-files.mjs';
import { channels } from './vectors-channels.mjs';
import { told } from './vectors-brought.mjs';
import { facts } from './vectors-facts.mjs';
import { handshakes } from './vectors-handshakes.mjs';
import { household } from './vectors-household.mjs';
import { invitation } from './vectors-invitation.mjs';
import { issued } from './vectors-issued.mjs';
import { papers } from './vectors-papers.mjs';
import { organisations } from './vectors-organisations.mjs';
import { contents } from './vectors-contents.mjs';
import { texts } from './vectors-texts.mjs';
import * as sessions from './vectors-session.mjs';
import { turns } from './vectors-turns.mjs';
import * as ways from './vectors-ways.mjs';

describe('who has docs/protocol.md alone makes and reads every vector', () => {
  it.each([
    ['S1-01: labels, primitives, envelope, chain, card', core.foundation],
    ['S5-32: links, recoveries, key histories', core.identity],
    ['S1-47 S2-14: messages, short form, transcripts, keys that take over', core.dialog],
    ['S3-08: key schedule and records', sessions.schedule],
    ['S3-08 S4-11: a full handshake, the resumption after it, a channel', sessions.transcripts],
    ['S3-02 S3-10 A49 A50: each message of a handshake with one thing wrong, and what is answered', handshakes],
    ['S5-02: asking for newer keys, and an offer', sessions.rekey],
    ['S5-04: six digits, and the link in the document', sessions.meeting],
    ['S1-48: deposits and a file of them', ways.deposits],
    ['S1-48: cards, invitations without a connection, mailboxes', ways.ways],
    ['S4-26: what own devices say', ways.ownWords],
    ['S4-09: a session that goes on elsewhere', ways.sharing],
    ['S4-26: letting a device in', ways.linking],
    ['S1-08: on the same network', ways.lan],
    ['S5-04: invitations and contact requests over a channel, pair secret, recovery code', invitation],
    ['S5-04 S5-10 S5-16: what is answered on a channel, and what is refused', channels],
    ['S4-26 S5-04: what is answered on a channel that lets a device in, and on one of people nearby', turns],
    ['S4-26: exchange credentials that another device issued', issued],
    ['S5-01 S5-32 S3-15 A85: certificates, credentials, lists, key links, recovery statements, histories, cards, and what of each is none', papers],
    ['S1-21 S1-27 S3-08: contents, control messages, standings, items of records', contents],
    ['S1-08 S3-26: hosts, links, safety codes, cards as text, what a proxy hears', texts],
    ['A46 A75: organisations, their intermediates and revocation lists', organisations],
    ['S5-04 S5-23 S5-19 A80: what a person brings, and the code they are told', told],
    ['S4-32: values of facts', facts],
    ['S4-26 S4-27: stopping a device, the identity key moves, an endorsement', household],
    ['S5-25 S5-26: files of an identity key', files.keyFiles],
    ['S5-25: backups', files.backups],
  ])('%s', (_rows, check) => {
    check();
  });

  it('every label has a vector, but what no other program meets', () => {
    expect(purposes.filter((purpose) => !usedLabels.has(purpose))).toEqual(['identity', 'kek-id', 'vault', 'database']);
  });
});
