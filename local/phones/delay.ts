/** The median of the time from the push's arrival at a phone to its SIP REGISTER, in ms. */
export const MEDIAN_WAKE_MS = 700

/** The spread of the underlying normal distribution: 95 % of the phones wake within 2.2 times the median. */
const SIGMA = 0.48

/** Draws the ms that a phone takes to wake: log-normal (Box and Muller's transform of two uniform draws in [0, 1)). */
export function drawWakeDelay(random: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return MEDIAN_WAKE_MS * Math.exp(SIGMA * normal)
}
