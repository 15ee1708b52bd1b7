/**
 * P(T > t) of Student's distribution with a whole number of degrees of freedom.
 * Source: Abramowitz & Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4 (finite trigonometric sums).
 * @throws RangeError unless `degrees` is a positive integer.
 */
export function studentTail(t: number, degrees: number): number {
  if (!Number.isInteger(degrees) || degrees < 1) {
    throw new RangeError(`A positive whole number of degrees of freedom is needed, not ${degrees}.`);
  }
  const angle = Math.atan(t / Math.sqrt(degrees));
  const cosine = Math.cos(angle);
  const odd = degrees % 2 === 1;
  // Odd: cos + (2/3) cos³ + (2·4)/(3·5) cos⁵ …; even: 1 + (1/2) cos² + (1·3)/(2·4) cos⁴ …; both to cos^(degrees − 2).
  let term = odd ? cosine : 1;
  let sum = 0;
  for (let power = odd ? 1 : 0; power <= degrees - 2; power += 2) {
    sum += term;
    term *= ((power + 1) / (power + 2)) * cosine * cosine;
  }
  const within = odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
  return (1 - within) / 2;
}

/**
 * The t with P(T > t) = `tail`, by bisection.
 * @throws RangeError unless 0 < tail < 1.
 */
export function studentQuantile(tail: number, degrees: number): number {
  if (!(tail > 0 && tail < 1)) throw new RangeError(`A probability between 0 and 1 is needed, not ${tail}.`);
  if (tail > 0.5) return -studentQuantile(1 - tail, degrees);
  let high = 1;
  while (studentTail(high, degrees) > tail) high *= 2;
  let low = 0;
  for (let i = 0; i < 80; i += 1) {
    const middle = (low + high) / 2;
    if (studentTail(middle, degrees) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
