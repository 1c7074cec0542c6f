/** The plugin for Rollup: `import fluxion from 'fluxion-plugin/rollup'`. */
import { type PluginOptions, unplugin } from './bundle.ts';

export type { PluginOptions };

const fluxion: typeof unplugin.rollup = unplugin.rollup;
export default fluxion;
