/** Fluxion: derivatives of ordinary TypeScript functions. */
export { checkGrad } from './api/checkGrad.ts';
export { checkpoint } from './api/checkpoint.ts';
export { checkRule } from './api/checkRule.ts';
export { defineRule } from './api/defineRule.ts';
export { derivative } from './api/derivative.ts';
export { explain } from './api/explain.ts';
export { grad } from './api/grad.ts';
export { hessian } from './api/hessian.ts';
export { hvp } from './api/hvp.ts';
export { jacobian } from './api/jacobian.ts';
export { jvp } from './api/jvp.ts';
export { prepare } from './api/prepare.ts';
export { stopGradient } from './api/stopGradient.ts';
export type * from './api/types.ts';
export { valueAndGrad } from './api/valueAndGrad.ts';
export { vjp } from './api/vjp.ts';
export type { ErrorCode } from './errors/catalogue.ts';
export { FluxionError } from './errors/error.ts';
