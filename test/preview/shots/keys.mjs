import { tall, wide, narrow, tiny } from './sizes.mjs';
import { button, chooseBo, openRules } from './steps.mjs';

/** @type {import('./all.mjs').Shots} */
export const keys = [
  ['talk-keys', 'busy', wide, ['light', 'dark', 'contrast'], async (page) => {
    await chooseBo(page);
    await page.getByTestId('key-badge').click();
    await page.getByRole('button', { name: 'Renew now' }).click();
    await page.getByText('is renewed').waitFor();
  }],
  ['keys', 'busy', wide, ['light', 'dark'], async (page) => { await chooseBo(page); await page.getByTestId('key-badge').click(); await page.getByRole('option').first().waitFor(); }],
  ['keys-tall', 'busy', tall, ['light', 'dark', 'contrast', 'pseudo'], async (page) => {
    await chooseBo(page);
    await page.getByTestId('key-badge').click();
    await button(page, 'As a table').or(page.locator('.disclosure-button')).first().click();
  }],
  ['keys-focus', 'busy', wide, ['light', 'dark'], async (page) => {
    await chooseBo(page);
    await page.getByTestId('key-badge').click();
    await page.getByRole('option').last().focus();
    await page.keyboard.press('ArrowLeft');
  }],
  ['keys-troubled', 'troubled', { ...tall, height: 2700 }, ['light', 'dark'], async (page) => { await chooseBo(page); await page.getByTestId('key-badge').click(); await page.getByRole('option').first().waitFor(); }],
  ['talk-troubled', 'troubled', wide, ['light'], async (page) => { await chooseBo(page); }],
  ['keys-both', 'keys-both', { ...tall, height: 2700 }, ['light', 'dark'], async (page) => { await chooseBo(page); await page.getByTestId('key-badge').click(); await page.getByText('Begun by both of you').waitFor(); }],
  ['keys-many', 'renewals', tall, ['light'], async (page) => { await chooseBo(page); await page.getByTestId('key-badge').click(); await page.getByRole('option').first().waitFor(); }],
  ['keys-tiny', 'troubled', { ...tiny, height: 1900 }, ['light', 'dark'], async (page) => { await chooseBo(page); await page.getByTestId('key-badge').click(); await page.getByRole('option').first().waitFor(); }],
  ['keys-big-text', 'busy', { ...tall, height: 3600, text: 32 }, ['light'], async (page) => { await chooseBo(page); await page.getByTestId('key-badge').click(); await page.getByRole('option').first().waitFor(); }],
  ['keys-forced', 'busy', { ...tall, forced: true }, ['light'], async (page) => { await chooseBo(page); await page.getByTestId('key-badge').click(); await page.getByRole('option').first().waitFor(); }],
  ['rules', 'busy', wide, ['light', 'dark', 'contrast'], async (page) => { await openRules(page); }],
  ['rules-own', 'busy', tall, ['light', 'dark', 'pseudo'], async (page) => { await openRules(page); await page.getByRole('radio').nth(3).check({ force: true }); }],
  ['rules-faults', 'busy', tall, ['light'], async (page) => {
    await openRules(page);
    await page.getByRole('radio', { name: /^Own rules/ }).check({ force: true });
    await page.getByLabel('Messages under one key').fill('many');
    await page.getByLabel('Time one key is used').fill('900');
    await page.getByRole('button', { name: /Unit/ }).first().click();
    await page.getByRole('option', { name: 'days' }).click();
    await button(page, 'Save rules').click();
  }],
  ['rules-tiny', 'busy', { ...tiny, height: 2400 }, ['light'], async (page) => { await openRules(page); await page.getByRole('radio', { name: /^Own rules/ }).check({ force: true }); }],
  ['rules-big-text', 'busy', { ...tall, height: 2600, text: 32 }, ['light'], async (page) => { await openRules(page); await page.getByRole('radio', { name: /^Own rules/ }).check({ force: true }); }],
  ['pair', 'busy', wide, ['light', 'dark'], async (page) => { await chooseBo(page); await page.getByTestId('key-badge').click(); await button(page, 'A key may be stolen…').click(); }],
  ['pair-tiny', 'busy', tiny, ['light'], async (page) => { await chooseBo(page); await page.getByTestId('key-badge').click(); await button(page, 'A key may be stolen…').click(); }],
  ['talk-alone', 'renewals', wide, ['light', 'dark'], async (page) => { await chooseBo(page); await page.getByRole('feed').getByText('See you at five?').waitFor(); }],
  ['keys-narrow', 'busy', narrow, ['light'], async (page) => { await chooseBo(page); await page.getByTestId('key-badge').click(); }],
];
