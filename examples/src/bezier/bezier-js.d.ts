/** The package brings no types; these are of the part used here. */
declare module 'bezier-js' {
  interface Point {
    x: number;
    y: number;
  }
  export class Bezier {
    constructor(points: Point[]);
    readonly points: Point[];
    length(): number;
    get(t: number): Point;
    derivative(t: number): Point;
    curvature(t: number): { k: number; r: number };
    bbox(): { x: { min: number; max: number }; y: { min: number; max: number } };
    getLUT(steps?: number): Point[];
  }
}
