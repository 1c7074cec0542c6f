/** The plugin for webpack: `import fluxion from 'fluxion-plugin/webpack'`. */
import { type PluginOptions, unplugin } from './bundle.ts';

export type { PluginOptions };

const fluxion: typeof unplugin.webpack = unplugin.webpack;
export default fluxion;
