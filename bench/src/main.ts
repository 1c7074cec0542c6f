/** Prints the table of ratios that the benchmarks give. */
export {};
