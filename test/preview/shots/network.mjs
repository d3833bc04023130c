import { tall, wide, middle, tiny } from './sizes.mjs';
import { chooseBo, openReach, openNetwork } from './steps.mjs';

/** @type {import('./all.mjs').Shots} */
export const network = [
  ['reach', 'network', wide, ['light', 'dark', 'contrast'], async (page) => { await openReach(page, /^Bo Lind/); }],
  ['reach-down', 'network', tall, ['light', 'dark', 'contrast', 'pseudo'], async (page) => { await openReach(page, /^Carla/); }],
  ['reach-down-middle', 'network', middle, ['light'], async (page) => { await openReach(page, /^Carla/); }],
  ['reach-onion', 'network-onion', wide, ['light', 'dark', 'contrast'], async (page) => { await openReach(page, /^Bo Lind/); }],
  ['reach-offline', 'network-offline', { ...tall, height: 1500 }, ['light', 'dark'], async (page) => { await openReach(page, /^Carla/); }],
  ['reach-clock', 'network-clock', tall, ['light', 'dark'], async (page) => { await openReach(page, /^Carla/); }],
  ['reach-tiny', 'network', { ...tiny, height: 2000 }, ['light', 'dark'], async (page) => { await openReach(page, /^Carla/); }],
  ['reach-big-text', 'network', { ...wide, height: 2600, text: 32 }, ['light'], async (page) => { await openReach(page, /^Carla/); }],
  ['reach-forced', 'network', { ...tall, forced: true }, ['light'], async (page) => { await openReach(page, /^Carla/); }],
  ['bars', 'network-bars', wide, ['light', 'dark', 'contrast'], async (page) => { await chooseBo(page); }],
  ['bars-tiny', 'network-bars', tiny, ['light'], async (page) => { await chooseBo(page); }],
  ['settings-network', 'network', { ...wide, height: 1300 }, ['light', 'dark', 'contrast', 'pseudo'], async (page) => { await openNetwork(page); }],
  ['settings-network-onion', 'network-onion', { ...wide, height: 1400 }, ['light', 'dark'], async (page) => { await openNetwork(page); await page.locator('.disclosure-button').click(); }],
  ['settings-network-faults', 'network-bars', { ...wide, height: 1400 }, ['light'], async (page) => {
    await openNetwork(page);
    await page.getByLabel('Proxy (SOCKS5)', { exact: true }).fill('http://proxy.example:8080');
    await page.keyboard.press('Enter');
    await page.getByLabel('Your onion address', { exact: true }).fill('duckduckgogg42xj.onion');
    await page.keyboard.press('Enter');
  }],
  ['settings-network-tiny', 'network', { ...tiny, height: 1900 }, ['light'], async (page) => { await openNetwork(page); }],
  ['settings-network-big-text', 'network', { ...wide, height: 2400, text: 32 }, ['light'], async (page) => { await openNetwork(page); }],
  ['devices-reach', 'devices-talk', wide, ['light', 'dark'], async (page) => { await openReach(page, /^Bo Lind/); }],
];
