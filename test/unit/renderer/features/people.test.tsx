// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { bo, busyWorld, talkWithCarla } from '../../../preview/scenes';
import { axeFindings } from '../axe';
import { buttonNamed, openSettings, page, pressNamed, submitNamed, write } from '../open-settings';
import { openTalk, shortcut } from '../open-talk';
import { settle } from '../render-app';

const now = Date.UTC(2026, 4, 6, 12);

describe('what a person does about people in the list', () => {
  it('gives somebody a name of one’s own, sees theirs beside it, and takes it back', async () => {
    const { fake } = await openTalk(busyWorld(now));
    await shortcut('i', { ctrlKey: true });
    await pressNamed('Change name…');
    expect(await axeFindings()).toEqual([]);
    write('Name', 'Bobby');
    await submitNamed('Use this name');
    expect(fake.world.contacts.find(({ contactId }) => contactId === bo.contactId)).toMatchObject({ name: 'Bobby', ownName: 'Bo Lindqvist' });
    expect(page()).toContain('They call themselves Bo Lindqvist');
    await pressNamed('Change name…');
    fake.world.failing.set('contacts.rename', 'disk.failed');
    write('Name', 'Bob');
    await submitNamed('Use this name');
    expect(page()).toContain('Reading or writing the disk failed.');
    // What is typed anew was not refused.
    write('Name', '');
    expect(page()).not.toContain('Reading or writing the disk failed.');
    fake.world.failing.clear();
    await submitNamed('Use this name');
    expect(fake.world.contacts.find(({ contactId }) => contactId === bo.contactId)?.name).toBe('Bo Lindqvist');
  });

  it.each(['Change name…', 'Remove…'])('what was begun about one by “%s” is not about the next who is shown, as behind a notification', async (begun) => {
    const { fake } = await openTalk(busyWorld(now));
    await shortcut('i', { ctrlKey: true });
    await pressNamed(begun);
    expect(screen.getByRole('dialog')).toBeTruthy();
    await act(async () => fake.emit({ type: 'desktop.show', conversationId: talkWithCarla }));
    await settle();
    expect(screen.getByRole('main').getAttribute('aria-label')).toContain('Carla');
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('says what somebody may do', async () => {
    const { fake } = await openTalk(busyWorld(now));
    await shortcut('i', { ctrlKey: true });
    fireEvent.click(screen.getByLabelText('Send you files'));
    await settle();
    expect(fake.world.contacts.find(({ contactId }) => contactId === bo.contactId)?.permissions).toEqual({ ...bo.permissions, sendFile: !bo.permissions.sendFile });
    expect(page()).toContain('You do not allow Bo Lindqvist to send you files any more.');
  });

  it('says above the field what somebody may not do, and gives it back there', async () => {
    const world = busyWorld(now);
    world.contacts = world.contacts.map((one) => (one.contactId === bo.contactId ? { ...one, permissions: { ...one.permissions, message: false, sendFile: false } } : one));
    const { fake } = await openTalk(world);
    expect(page()).toContain('You do not allow Bo Lindqvist to write to you or send you files.');
    expect(await axeFindings()).toEqual([]);
    buttonNamed('Allow').focus();
    await pressNamed('Allow');
    expect(fake.world.contacts.find(({ contactId }) => contactId === bo.contactId)?.permissions).toEqual({ message: true, openConversation: true, sendFile: true });
    expect(page()).toContain('You allow Bo Lindqvist to write to you and send you files from now on.');
    expect(screen.queryByRole('button', { name: 'Allow' })).toBeNull();
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Message' })));
  });

  it('removes somebody only after saying what is lost; keeping them is the way that has the focus', async () => {
    const { fake } = await openTalk(busyWorld(now));
    await shortcut('i', { ctrlKey: true });
    await pressNamed('Remove…');
    expect(page()).toContain('Remove Bo Lindqvist?');
    expect(document.activeElement).toBe(buttonNamed('Keep Bo Lindqvist'));
    await pressNamed('Keep Bo Lindqvist');
    expect(fake.world.contacts.some(({ contactId }) => contactId === bo.contactId)).toBe(true);
    await pressNamed('Remove…');
    await pressNamed('Remove Bo Lindqvist');
    expect(fake.world.contacts.some(({ contactId }) => contactId === bo.contactId)).toBe(false);
    expect(page()).toContain('was removed from your list');
  });

  it('changes the own name; none is refused before anything is asked', async () => {
    const { fake } = await openSettings(busyWorld(now), 'Identity');
    await pressNamed('Change your name…');
    write('What should people call you?', '  ');
    await submitNamed('Use this name');
    expect(page()).toContain('A name is needed.');
    write('What should people call you?', 'Ada Lovelace');
    await submitNamed('Use this name');
    expect(fake.world.name).toBe('Ada Lovelace');
    expect(page()).toContain('You have a new name');
  });
});
