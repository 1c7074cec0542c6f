/** The plugin for Vite: `import fluxion from 'fluxion-plugin/vite'`. */
import { type PluginOptions, unplugin } from './bundle.ts';

export type { PluginOptions };

const fluxion: typeof unplugin.vite = unplugin.vite;
export default fluxion;
