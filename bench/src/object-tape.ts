/** What one writes by hand for a gradient: a tape of objects, for the operations that function B needs. */
class Node {
  readonly value: number;
  readonly a: Node | undefined;
  readonly da: number;
  readonly b: Node | undefined;
  adjoint = 0;
  constructor(tape: Node[], value: number, a?: Node, da = 0, b?: Node) {
    this.value = value;
    this.a = a;
    this.da = da;
    this.b = b;
    tape.push(this);
  }
}

export function branchingByHand(x: ArrayLike<number>): Float64Array {
  const tape: Node[] = [];
  const inputs = Array.from(x, (value) => new Node(tape, value));
  let sum = new Node(tape, 0);
  for (const xi of inputs) {
    const term =
      xi.value > 0
        ? new Node(tape, Math.sin(xi.value), xi, Math.cos(xi.value))
        : new Node(tape, Math.cos(xi.value), xi, -Math.sin(xi.value));
    sum = new Node(tape, sum.value + term.value, sum, 1, term);
  }
  sum.adjoint = 1;
  for (let i = tape.length - 1; i >= 0; i--) {
    const { a, b, da, adjoint } = tape[i];
    if (a) a.adjoint += adjoint * da;
    if (b) b.adjoint += adjoint;
  }
  return Float64Array.from(inputs, (xi) => xi.adjoint);
}
