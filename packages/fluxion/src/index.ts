/** The public face of Fluxion, and nothing else: every name a user may import stands here. */
export {};
