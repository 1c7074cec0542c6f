import { Bezier } from 'bezier-js';
import { derivative, grad } from 'fluxion';
import { describe, expect, it } from 'vitest';
import { type Handles, hang, height, hooks, ropeLength } from '../src/bezier/rope.ts';
import { expectGradient } from './differences.ts';

describe('a Bézier package from npm', () => {
  const handles: Handles = [
    { x: 1, y: -2 },
    { x: 3.2, y: -1.5 },
  ];

  it('has the gradient of arc length and of weighted height by the control points', () => {
    expectGradient(ropeLength, handles, grad(ropeLength)(handles));
    expectGradient((h: Handles) => height(h), handles, grad((h: Handles) => height(h))(handles));
  });

  it('has the derivative of the closed form for a parabola', () => {
    // From (-1, 1) to (1, 1) by (0, -1) it is y = x²; with the middle at y = 1 - 2s it is y = 1 - s + s x².
    const arc = (s: number) =>
      new Bezier([
        { x: -1, y: 1 },
        { x: 0, y: 1 - 2 * s },
        { x: 1, y: 1 },
      ]).length();
    const exact = (s: number) => Math.sqrt(1 + 4 * s * s) + Math.asinh(2 * s) / (2 * s);
    expect(arc(1)).toBeCloseTo(exact(1), 8);
    expectGradient(exact, 1, derivative(arc)(1), { tolerance: 1e-6 });
    expect(grad(arc)(1)).toBeCloseTo(derivative(arc)(1), 12);
  });

  it('differentiates the bounding box, which goes through root finding, filters and sorts', () => {
    const lowest = (h: Handles) => new Bezier([hooks[0], ...h, hooks[1]]).bbox().y.min;
    expectGradient(lowest, handles, grad(lowest)(handles));
  });

  it('hangs a rope of the right length, as low as it may', () => {
    const hung = hang(5.5);
    expect(ropeLength(hung)).toBeCloseTo(5.5, 1);
    expect(height(hung)).toBeLessThan(height(handles) + 0.2);
    const slope = grad((h: Handles) => height(h) + 20 * (ropeLength(h) - 5.5) ** 2)(hung);
    expect(Math.hypot(slope[0].x, slope[0].y, slope[1].x, slope[1].y)).toBeLessThan(0.05);
  });
});
