// How long a step of the sweeps takes, in beats; and how long a beat is.

export const SPEEDS = [0.5, 1, 2];
const BY_HAND = 200; // milliseconds a beat
const PLAYING = 280; // slower: nobody waits for the next
const LONGEST_PLAY = 24_000; // milliseconds: of all steps
const QUICK = 60; // a beat that is shorter shows no numbers on their way
const GLANCE = 300; // milliseconds in which such steps are one move: the picture is painted once

export const PASSING = 5; // beats of what is handed on along a wire

/** Beats: what a step shows, one thing after another. */
const BEATS = { start: 2, forward: 3, seed: 2, backward: PASSING, onward: PASSING };

/**
 * How many beats a step takes.
 * @param {Step} step
 */
export function beatsOf([kind]) {
  return BEATS[kind];
}

/**
 * Milliseconds a beat, when a person takes a step.
 * @param {number} speed
 */
export function beatByHand(speed) {
  return BY_HAND / speed;
}

/**
 * Milliseconds a beat, when all steps are played.
 * @param {Step[]} steps
 * @param {number} speed
 */
export function beatPlaying(steps, speed) {
  return Math.min(PLAYING, LONGEST_PLAY / lasting(steps, 1)) / speed;
}

/**
 * The steps that are played next, in one move; more than one where they are quick.
 * @param {Step[]} steps
 * @param {number} now
 * @param {number} beat
 */
export function nextMove(steps, now, beat) {
  let move = steps.slice(now + 1, now + 2);
  while (isQuick(beat) && lasting(move, beat) < GLANCE && now + move.length < steps.length - 1)
    move = steps.slice(now + 1, now + 2 + move.length);
  return move;
}

/**
 * Milliseconds that steps take.
 * @param {Step[]} steps
 * @param {number} beat
 */
export function lasting(steps, beat) {
  return beat * steps.reduce((sum, step) => sum + beatsOf(step), 0);
}

/**
 * Whether a beat is too short for numbers to be read on their way.
 * @param {number} beat
 */
export function isQuick(beat) {
  return beat < QUICK;
}
