/** `fluxion-cli`: value and gradient of a function in a TypeScript file, and what its derivative is made of. */
import { Command, CommanderError, Option } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { type ExplainOptions, explainCommand, type GradOptions, gradCommand } from './commands.ts';
import { exitCodeOf, exitCodes, failureText } from './failure.ts';

const argsOption = new Option(
  '-a, --args <json>',
  'the arguments: a JSON file with a list of them, - for stdin, or the list itself',
);
const jsonOption = new Option('--json', 'print JSON');
const tierOption = new Option('--tier <tier>', 'who computes it').choices(['auto', 'compiled', 'dynamic']);
const verifyOption = new Option('--verify', 'compare with differences, and refuse if they disagree');
const target = ['<target>', 'FILE.ts#NAME: an exported function; the file runs as it is'] as const;

const program = new Command('fluxion-cli')
  .description('Derivatives of the functions in a TypeScript file.')
  .version(manifest.version)
  .showHelpAfterError('(--help shows how it is called)')
  .exitOverride();

program
  .command('grad')
  .description('value and gradient of a function that returns a number')
  .argument(...target)
  .addOption(argsOption)
  .option('-w, --wrt <list>', 'arguments to differentiate with respect to: 0, or 0,2, or all (default: 0)')
  .addOption(jsonOption)
  .option('--all', 'every row of a long table')
  .addOption(tierOption)
  .addOption(verifyOption)
  .action((where: string, options: GradOptions) => print(gradCommand(where, options)));

program
  .command('explain')
  .description('which tier runs a function, and what keeps parts of it from a derivative or a faster tier')
  .argument(...target)
  .addOption(argsOption)
  .option('-w, --wrt <list>', 'arguments to look at: 0, or 0,2, or all (default: all)')
  .option('--derivative', 'only the derivative that is compiled, as JavaScript')
  .option('--ir', 'only the intermediate representation, after each stage')
  .option('--wat', 'only the WebAssembly')
  .addOption(jsonOption)
  .addOption(tierOption)
  .addOption(verifyOption)
  .action((where: string, options: ExplainOptions) => print(explainCommand(where, options)));

/** What the user's own program prints goes to standard error, so that standard output holds the result alone. */
async function print(result: Promise<string>): Promise<void> {
  const { stdout, stderr } = process;
  const write = stdout.write;
  stdout.write = stderr.write.bind(stderr) as typeof write;
  try {
    const text = await result;
    stdout.write = write;
    stdout.write(`${text}\n`);
  } finally {
    stdout.write = write;
  }
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : exitCodes.usage;
  } else {
    process.stderr.write(`${failureText(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}
