/** What docs/protocol.md §17 says a person is told of what they bring, held against test/vectors. */
import assert from 'node:assert/strict';
import * as brought from './brought.mjs';
import { fromBase32, hex } from './bytes.mjs';
import { readAuthority, readRevocations } from './organisation.mjs';
import { vectors } from './vectors-core.mjs';

/** `{{piece}}` stands for the piece of that name. */
export const inFull = (text, pieces) => text.replaceAll(/\{\{(.+?)\}\}/g, (_all, name) => pieces[name]);

/** By kind of what is brought: the code for a text, or bytes in hex, to whom the vectors name. */
export const judges = (all, organisations) => {
  const person = ({ peerId, now, contacts = [] }) => ({ peerId: fromBase32(peerId), now, recoveryHash: hex(all.recoveryHash), contacts: contacts.map((one) => ({ ...one, peerId: fromBase32(one.peerId), spkiHash: one.spkiHash && hex(one.spkiHash) })) });
  const organiser = ({ now, authorities, lists }) => ({ now, who: { peerId: fromBase32(all.peerId), spki: hex(all.spki) }, authorities: authorities.map((name) => readAuthority(hex(organisations.authorities[name]))), lists: lists.map((name) => readRevocations(hex(organisations.lists[name]))) });
  const to = (judge, known, read) => {
    const ready = new Map(Object.entries(known).map(([name, one]) => [name, read(one)]));
    return (text, name) => judge(inFull(text, all.pieces), ready.get(name));
  };
  return {
    invitation: to(brought.invitationCode, all.persons, person), deviceLink: to(brought.deviceLinkCode, all.persons, person), key: to(brought.keyCode, all.persons, person), recovery: to(brought.recoveryCode, all.persons, person),
    authority: to(brought.authorityCode, all.organisers, organiser), endorsement: to(brought.endorsementCode, all.organisers, organiser), revocations: to(brought.revocationsCode, all.organisers, organiser),
    registration: to(brought.registrationCode, all.registrants, (one) => one), envelopes: (text) => brought.envelopesCode(hex(text)),
  };
};

export const told = () => {
  const all = vectors('brought');
  for (const [kind, judge] of Object.entries(judges(all, vectors('organisations')))) for (const { name, to, text, code } of all[kind]) assert.equal(judge(text, to) ?? null, code, `${kind}: ${name}, to ${to}`);
};
