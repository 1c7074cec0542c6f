#!/usr/bin/env bash
# Installs the built packages as npm would and uses them the way a stranger does: import, command line, types.
# Needs `npm run build`.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

npm pack --silent --pack-destination "$folder" -w fluxion -w fluxion-plugin -w fluxion-cli > /dev/null
cd "$folder"
cat > package.json <<'JSON'
{ "name": "stranger", "private": true, "type": "module" }
JSON
npm install --silent --no-audit --no-fund --ignore-scripts --prefer-offline ./fluxion-[0-9]*.tgz ./fluxion-cli-*.tgz ./fluxion-plugin-*.tgz

cat > model.ts <<'TS'
import { stopGradient } from 'fluxion';

enum Kind {
  Line,
  Parabola,
}

let kind: Kind = Kind.Parabola;
let factor = 1;

export function loss(p: { a: number; b: number[] }): number {
  const x = kind === Kind.Parabola ? p.a * p.a : p.a;
  factor = p.b[1];
  return x * p.b[0] + factor * stopGradient(p.a);
}
TS
cat > use.mjs <<'JS'
import assert from 'node:assert/strict';
import * as fluxion from 'fluxion';

const { grad, derivative, FluxionError } = fluxion;
const scale = 3;
assert.deepEqual(grad((x) => scale * x.a * x.b[1])({ a: 2, b: [5, 7] }), { a: 21, b: [0, 6] });
assert.equal(derivative((x) => x * derivative((y) => x + y)(1))(1), 1);
assert.throws(() => grad((x) => structuredClone({ x }).x)('3'), FluxionError);
await assert.rejects(import('fluxion/src/index.ts'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });
console.log('the library: ok');
JS
node use.mjs

printed=$(npx --no-install fluxion-cli grad model.ts#loss --args '[{"a": 2, "b": [3, 5]}]' --json | tr -d ' \n')
expected='{"value":22,"gradient":{"a":12,"b":[4,2]}}'
[ "$printed" = "$expected" ] || { echo "the command line printed $printed, not $expected"; exit 1; }
echo 'the command line: ok'

cat > types.ts <<'TS'
import { grad, valueAndGrad } from 'fluxion';

const f = (p: { a: number; name: string }): number => p.a * 2;
const gradient: { a: number; name: undefined } = grad(f)({ a: 1, name: 'x' });
const { value }: { value: number } = valueAndGrad(f)({ a: 1, name: 'x' });
// @ts-expect-error a string has no gradient
const wrong: { name: string } = gradient;
export { value, wrong };
TS
for resolution in 'nodenext nodenext' 'esnext bundler'; do
  set -- $resolution
  cat > tsconfig.json <<JSON
{
  "compilerOptions": {
    "strict": true, "noEmit": true, "target": "esnext", "lib": ["esnext"], "types": [],
    "module": "$1", "moduleResolution": "$2"
  },
  "files": ["types.ts"]
}
JSON
  node "$root/node_modules/typescript/bin/tsc" -p .
done
echo 'the types: ok'
