import { desk } from './desk.mjs';
import { devices } from './devices.mjs';
import { files } from './files.mjs';
import { finding } from './finding.mjs';
import { front } from './front.mjs';
import { identity } from './identity.mjs';
import { keys } from './keys.mjs';
import { nearby } from './nearby.mjs';
import { network } from './network.mjs';
import { organisations } from './organisations.mjs';
import { people } from './people.mjs';
import { settings } from './settings.mjs';
import { talk } from './talk.mjs';
import { talks } from './talks.mjs';
import { verify } from './verify.mjs';

/**
 * A picture: its name, the scene it begins in, the window's size, the themes it is taken in, and how a person comes to what it shows.
 * @typedef {{ readonly width: number, readonly height: number, readonly scale?: number, readonly text?: number, readonly forced?: boolean }} Size
 * @typedef {readonly (readonly [name: string, scene: string, size: Size, themes: readonly string[], steps: (page: any) => Promise<unknown>])[]} Shots
 */

/** @type {Shots} */
export const shots = [...finding, ...front, ...keys, ...people, ...verify, ...network, ...nearby, ...identity, ...organisations, ...devices, ...settings, ...talk, ...talks, ...files, ...desk];
