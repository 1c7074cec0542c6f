/** The modules of GradBench, by their names in the protocol. */
import { ba } from './ba.ts';
import { det } from './det.ts';
import { gmm } from './gmm.ts';
import { hello } from './hello.ts';
import { ht } from './ht.ts';
import { kmeans } from './kmeans.ts';
import { llsq } from './llsq.ts';
import { lse } from './lse.ts';
import { lstm } from './lstm.ts';
import { ode } from './ode.ts';
import { particle } from './particle.ts';
import type { Problem } from './problem.ts';
import { saddle } from './saddle.ts';

export const problems: Readonly<Record<string, Problem>> = {
  ba,
  det,
  gmm,
  hello,
  ht,
  kmeans,
  llsq,
  lse,
  lstm,
  ode,
  particle,
  saddle,
};
