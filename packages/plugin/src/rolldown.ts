/** The plugin for Rolldown: `import fluxion from 'fluxion-plugin/rolldown'`. */
import { type PluginOptions, unplugin } from './bundle.ts';

export type { PluginOptions };

const fluxion: typeof unplugin.rolldown = unplugin.rolldown;
export default fluxion;
