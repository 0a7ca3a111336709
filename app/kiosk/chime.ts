/** Hertz of each note, one after the other. Granted rises and denied falls, so that they can be told apart unseen. */
const NOTES = {
  granted: [659.3, 987.8],
  denied: [392, 311.1],
  warning: [523.3],
  alarm: [880, 659.3, 880, 659.3],
} as const;
const NOTE_S = 0.16;
/** A warning is for whoever holds the door, and not for the street. */
const LOUDNESS = { granted: 0.22, denied: 0.22, warning: 0.1, alarm: 0.6 } as const;

export type Sound = keyof typeof NOTES;

/** Sounds made at run time: there is no file to load. */
export class Chime {
  #audio: AudioContext | undefined;

  /** Silent where the browser wants a touch first or has no sound at all: the picture and the text say the same. */
  play(which: Sound): void {
    try {
      this.#audio ??= new AudioContext();
      void this.#audio.resume();
      const audio = this.#audio;
      NOTES[which].forEach((hertz, index) =>
        sound(audio, { hertz, start: audio.currentTime + index * NOTE_S, loudness: LOUDNESS[which] }),
      );
    } catch {
      this.#audio = undefined;
    }
  }
}

function sound(
  audio: AudioContext,
  { hertz, start, loudness }: { readonly hertz: number; readonly start: number; readonly loudness: number },
): void {
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = hertz;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(loudness, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, start + NOTE_S * 2);
  tone.connect(volume).connect(audio.destination);
  tone.start(start);
  tone.stop(start + NOTE_S * 2);
}
