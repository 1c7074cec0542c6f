/** Times the gradients of the two functions at 1000 numbers. `npm run bench` measures the same with more care. */
import { grad } from 'fluxion';
import { Random } from '../random.ts';
import { branching, straight } from './functions.ts';

const random = new Random(2311);
const inputs = Array.from({ length: 16 }, () => Float64Array.from({ length: 1000 }, () => 2 * random.uniform() - 1));

for (const f of [straight, branching]) {
  const gradient = grad(f);
  const began = performance.now();
  gradient(inputs[0]);
  const first = performance.now() - began;

  let calls = 0;
  const start = performance.now();
  while (performance.now() - start < 1000) gradient(inputs[calls++ % inputs.length]);
  const each = ((performance.now() - start) / calls) * 1000;
  console.log(`${f.name.padEnd(10)} first gradient ${first.toFixed(1)} ms, then ${each.toFixed(1)} µs each`);
}
