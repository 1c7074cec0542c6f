/** Derivatives of loops, recursion and a series, to the third order. */
import { derivative, grad } from 'fluxion';
import * as programs from './programs.ts';

console.log('d/dx x^5 at 2 is 80:');
for (const pow of [programs.powByLoop, programs.powByRecursion, programs.powBySquaring, programs.powByMutation])
  console.log(`  ${pow.name.padEnd(15)} ${grad(pow)(2, 5)}`);

const { taylorSine } = programs;
const first = derivative(taylorSine);
const second = derivative(first);
const third = derivative(second);
console.log('\nthe sine by its Taylor series, its derivatives, and what they should be:');
for (const x of [0.3, 1, 2]) {
  const got = [taylorSine(x), first(x), second(x), third(x)];
  const exact = [Math.sin(x), Math.cos(x), -Math.sin(x), -Math.cos(x)];
  console.log(`  x = ${x}: ${got.map((v, i) => `${v.toFixed(8)} (${exact[i].toFixed(8)})`).join('  ')}`);
}

const x = [0.5, 3, 1.2, 2.5, 0.1];
console.log('\nrecursion, mutation, aliasing and branches on the data in one function:');
console.log('  gradient', grad(programs.everythingAtOnce)(x), 'and the argument is still', x);
