/**
 * No built-in drops a derivative in silence. Each function that reflection finds is called inside a differentiated function with a
 * tracked number in every place; what comes out agrees with differences, or the call is refused by name.
 */
import { judge } from './public.ts';
import { holdAll } from './suite.ts';

holdAll(judge);
