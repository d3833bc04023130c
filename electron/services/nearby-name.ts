import type { Random } from '../engine/ports';

/** Sixty-four each, so that six bits of a random byte choose one evenly. Short, friendly, easy to say aloud. */
const colours = (
  'amber azure beige blue breezy bright bronze calm cheerful clever coral cosy cream crimson curious dapper ' +
  'emerald fancy fluffy friendly gentle golden grand green happy hazel honest indigo ivory jade jolly keen ' +
  'kind lemon lilac lively lucky maroon mellow merry mild mint misty navy neat nimble noble olive ' +
  'orange peach pearl plucky polite purple quick quiet ruby scarlet silver sunny teal violet warm yellow'
).split(' ');

const animals = (
  'alpaca badger bee bison bluebird bobcat butterfly camel cat cheetah crane cricket deer dolphin dormouse dove ' +
  'dragonfly duck eagle elk falcon ferret finch firefly flamingo fox gazelle giraffe goose hamster hare hedgehog ' +
  'heron ibis jaguar kangaroo kingfisher kiwi koala lark lemur leopard llama lynx magpie marmot mole moose ' +
  'nightingale otter owl panda parrot penguin puffin quokka rabbit robin seal sparrow swan tiger turtle zebra'
).split(' ');

/** Two digits, without the few that stand for something nobody wants beside their name. */
const numbers = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0')).filter((text) => !['14', '18', '28', '69', '88'].includes(text));

/** Public random words such as "blue-otter-42": 389,120 of them, each as likely as any other. They say nothing of who shows them. */
export function randomNearbyName(random: Random): string {
  const [first = 0, second = 0] = random.bytes(2);
  return `${colours[first & 63]}-${animals[second & 63]}-${numbers[below(random, numbers.length)]}`;
}

/** Evenly 0 … limit − 1, for a limit up to 256. */
function below(random: Random, limit: number): number {
  for (;;) {
    const [byte = 255] = random.bytes(1);
    if (byte < 256 - (256 % limit)) return byte % limit;
  }
}

/** The words themselves, for whoever counts them. */
export const nearbyWords = { colours, animals };
