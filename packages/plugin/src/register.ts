/**
 * `node --import fluxion-plugin/register program.js`: from then on every module is instrumented as it is loaded.
 * With tsx, name tsx first: `node --import tsx --import fluxion-plugin/register program.ts`.
 */
import * as nodeModule from 'node:module';
import { hookCommonJs, instrumentLoaded, type Loaded } from './load.ts';

interface SyncHooks {
  registerHooks?(hooks: {
    load(url: string, context: unknown, nextLoad: (url: string, context: unknown) => Loaded): Loaded;
  }): unknown;
}

const { registerHooks } = nodeModule as SyncHooks;

if (registerHooks === undefined) nodeModule.register('./hooks.js', import.meta.url);
else registerHooks({ load: (url, context, nextLoad) => instrumentLoaded(nextLoad(url, context), url) });
hookCommonJs();
