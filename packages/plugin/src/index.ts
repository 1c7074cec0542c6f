/** Bundler plugins that register accessors for what each function closes over. */
export {};
