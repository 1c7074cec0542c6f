import { grad } from 'fluxion';
import { describe, expect, it } from 'vitest';
import { accuracy, type Layer, loss, makeNetwork, parameters, train, twoMoons } from '../src/mlp/mlp.ts';
import { Random } from '../src/random.ts';
import { expectGradient } from './differences.ts';

describe('a multi-layer perceptron of plain arrays', () => {
  const random = new Random(5);
  const examples = twoMoons(100, random);
  const network = makeNetwork([2, 6, 5, 1], random);

  it('has the right gradient in every weight and bias', () => {
    const few = examples.slice(0, 20);
    const gradient = grad(loss)(network, few);
    expect(parameters(gradient)).toHaveLength(parameters(network).length);
    expectGradient((net: Layer[]) => loss(net, few), network, gradient, { tolerance: 1e-8 });
  });

  it('learns: the loss falls, and new points fall on the right side', () => {
    const losses: number[] = [];
    const before = structuredClone(network);
    const trained = train(network, examples, { epochs: 60, report: (_, value) => losses.push(value) });
    expect(network).toEqual(before);
    expect(losses[0]).toBeGreaterThan(0.5);
    expect(losses[59]).toBeLessThan(0.15 * losses[0]);
    expect(accuracy(trained, examples)).toBeGreaterThan(0.97);
    expect(accuracy(trained, twoMoons(500, new Random(99)))).toBeGreaterThan(0.93);
  });
});
