/** Hertz and seconds from the start: two soft tones, a fourth apart. */
const tones = [
  [587.33, 0],
  [783.99, 0.11],
] as const;
const length = 0.3;
const loudness = 0.08;

let context: AudioContext | undefined;
let rest: ReturnType<typeof setTimeout> | undefined;

/** Milliseconds after which both have faded, with some for a system that plays late. */
const overMs = 1_500;

/** The sound of a new message, made here: no file. What it tells stands in the list as well. Quiet where the system has no sound. */
export function chime(): void {
  if (typeof AudioContext === 'undefined') return;
  context ??= new AudioContext();
  const sound = context;
  // Suspended until the person has touched the page once, which unlocking is, and between two sounds.
  if (sound.state === 'suspended') void sound.resume().catch(() => undefined);
  for (const [pitch, after] of tones) {
    const begin = sound.currentTime + after;
    const tone = sound.createOscillator();
    const volume = sound.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0, begin);
    volume.gain.linearRampToValueAtTime(loudness, begin + 0.01);
    volume.gain.exponentialRampToValueAtTime(0.0001, begin + length);
    tone.connect(volume).connect(sound.destination);
    tone.start(begin);
    tone.stop(begin + length);
  }
  // Left running it would compute silence a hundred times a second, and hold the sound of the system, for as long as the window lives.
  clearTimeout(rest);
  rest = setTimeout(() => void sound.suspend().catch(() => undefined), overMs);
}
