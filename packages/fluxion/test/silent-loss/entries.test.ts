/**
 * The same of the entries by themselves, without capture and rewriting, so that a fault shows where it is.
 */
import { judgeDirectly } from './direct.ts';
import { holdAll } from './suite.ts';

holdAll(judgeDirectly);
